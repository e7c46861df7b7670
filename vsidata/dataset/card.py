"""The dataset card: README.md of a build, with the front matter that `load_dataset` and the Hub read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from string import Template
from typing import Any

import yaml

from vsidata.dataset.columns import meanings
from vsidata.dataset.front_matter import front_matter, splits
from vsidata.dataset.manifest_form import DebiasEntry, Manifest, TallyEntry
from vsidata.dataset.origin import (
    SCANNET_TERMS,
    datasets_of,
    is_free,
    name_of,
    names_in_words,
    owned_datasets,
)
from vsidata.dataset.selection_text import in_words
from vsidata.topics.described import described

_Licence = tuple[dict[str, str], str]  # for the front matter, and in words

_FREE: _Licence = (
    {"license": "apache-2.0"},
    "Made from synthetic rooms, which belong to nobody: use it under the Apache License 2.0.",
)
_OF_SCANNET: _Licence = (
    {"license": "other", "license_name": "scannet-terms-of-use", "license_link": SCANNET_TERMS},
    f"Derived from ScanNet, whose [Terms of Use]({SCANNET_TERMS}) hold for what is derived from it: "
    "research without commercial use. Who uses these questions with ScanNet's videos must have signed "
    "them.",
)
_OF_OTHERS: _Licence = (
    {"license": "other"},
    "Derived from the scans of others: the terms of their makers hold for what is derived from them.",
)

_ON_WORD = (
    " Pictures of these scans are in it, on the word of who published it that they may share them with those "
    "who have access."
)

_TABLES: Mapping[str, str] = {
    "qa": "one row a question",
    "scenes": "one row a scene: its objects, their boxes, the room's area",
    "frames": "one row a scene: its pictures, their times and cameras",
    "embedded": "one row a question, with its scene's pictures inside",
}

# What who asks for access to a gated dataset is asked; synthetic rooms need no such question.
_SCANNET_GATE = (
    f"It derives from ScanNet, whose Terms of Use ({SCANNET_TERMS}) hold for it. Ask for access if you "
    "have signed them and keep to them.",
    "I have signed ScanNet's Terms of Use and keep to them",
)
_OTHER_GATE = (
    "It derives from the scans of others. Ask for access if you keep to the terms of their makers.",
    "I know the terms of the scans' makers and keep to them",
)


@dataclass(frozen=True)
class Publication:
    """What the card on the Hub says beyond the card of a build at home.

    Attributes:
        repo_id: `NAME/SET`, by which it is loaded.
        revision: the branch.
        gated: whether access must be asked for.
        on_word: whether pictures of others' scans are in it, on the publisher's word that they may be shared.
        audit: what `vsidata audit` found, where that lies beside the card.
    """

    repo_id: str
    revision: str
    gated: bool
    on_word: bool
    audit: Mapping[str, Any] | None = None


def card(manifest: Manifest, publication: Publication | None = None) -> str:
    """The card's text, from the manifest alone.

    Args:
        manifest: of the build; of a published one, with the files that are published.
        publication: where it is published; None for the card of a build at home.
    """
    licence, licence_note = _licence(manifest)
    title = f"Spatial questions on {names_in_words(datasets_of(manifest))} ({manifest.rules.name})"
    gate = _gate(manifest) if publication and publication.gated else {}
    front = front_matter(manifest, title, licence | gate)
    template = Template(resources.files(__package__).joinpath("card.md").read_text(encoding="utf-8"))
    body = template.substitute(
        title=title,
        version=manifest.versions.vsidata,
        total=f"{manifest.total_questions:,}",
        scenes=f"{manifest.total_scenes:,}",
        rules=manifest.rules.label,
        tables=_tables(manifest, publication),
        counts=_counts(manifest.questions),
        definitions=_definitions(manifest),
        columns=_columns(manifest),
        frames=_frames(manifest),
        balance=_balance(manifest.balance),
        labels=_labels(manifest.rules.resolved["vocabulary"]),
        room_areas=_room_areas(manifest),
        seed=manifest.options.seed,
        scans=_scans(manifest),
        leak_guard=_leak_guard(manifest),
        audit=_audit(publication),
        debias=_debias(manifest.debias),
        drops=_drops(manifest.drops),
        set_aside=_set_aside(manifest.set_aside, publication),
        licence=licence_note + (_ON_WORD if publication and publication.on_word else ""),
    )
    return f"---\n{yaml.safe_dump(front, sort_keys=False, allow_unicode=True)}---\n\n{body}"


def _licence(manifest: Manifest) -> _Licence:
    """The licence that holds for all of a build; in words, the terms of each of its datasets."""
    if is_free(manifest):
        return _FREE
    match owned_datasets(manifest):
        case ["scannet"]:
            licence, words = _OF_SCANNET
        case [*several] if "scannet" in several:
            licence, words = _OF_OTHERS[0], f"{_OF_SCANNET[1]} {_OF_OTHERS[1]}"
        case _:
            licence, words = _OF_OTHERS
    mixed = " The synthetic rooms in it belong to nobody." if "synthetic" in datasets_of(manifest) else ""
    return licence, words + mixed


def _gate(manifest: Manifest) -> dict[str, Any]:
    """What the Hub asks who wants access to a gated dataset."""
    if is_free(manifest):
        return {}
    prompt, statement = _SCANNET_GATE if owned_datasets(manifest) == ["scannet"] else _OTHER_GATE
    return {
        "extra_gated_prompt": prompt,
        "extra_gated_fields": {"Affiliation": "text", statement: "checkbox"},
    }


def _tables(manifest: Manifest, publication: Publication | None) -> str:
    """A line of Python for each table that is there."""
    where = publication.repo_id if publication else "PATH_OR_NAME"
    branch = f', revision="{publication.revision}"' if publication and publication.revision != "main" else ""
    lines = []
    for table, what in _TABLES.items():
        if splits(manifest, table):
            name = "questions" if table == "qa" else table
            how = branch + (", streaming=True" if table == "embedded" else "")
            lines.append(f'{name} = load_dataset("{where}", "{table}"{how})  # {what}')
    return "\n".join(lines)


def _columns(manifest: Manifest) -> str:
    """A table of columns for each table that is there."""
    parts = []
    for table, columns in meanings().items():
        if splits(manifest, table):
            own = {name: about for name, about in columns.items() if name.isidentifier()}
            rows = "\n".join(f"| `{name}` | {about.in_words} |" for name, about in own.items())
            beyond = ", beyond those of `qa`" if table == "embedded" else ""
            parts.append(
                f"Columns of `{table}`{beyond}:\n\n| column | what it holds |\n| --- | --- |\n{rows}"
            )
    return "\n\n".join(parts)


def _frames(manifest: Manifest) -> str:
    counts = manifest.frames
    if not counts.get("scenes with frames"):
        return "There are no frames in it."
    pictures, shown, without, seen = (
        f"{counts[key]:,}"
        for key in ("pictures", "scenes with frames", "scenes without", "scenes asked only what is seen")
    )
    if not splits(manifest, "frames"):
        return (
            f"The frames by which the questions were asked, {pictures} pictures of {shown} scenes, are not "
            "in it: they are their makers' to share. Who has the scans makes the same ones with `vsidata "
            f"build` and the options in `manifest.json`. Of {seen} scenes only what their frames show was "
            "asked."
        )
    text = (
        f"`frames` holds {pictures} pictures of {shown} scenes, at most {manifest.options.frames} of a "
        "scene, spread evenly over time from the first frame with a valid pose to the last; a question finds "
        "them by its `scene_name`.\n\n"
        f"Scenes without a stream, and so without frames: {without}. Of {seen} scenes only what their frames "
        "show was asked."
    )
    if unfiltered := scenes_not_filtered(manifest):
        text += (
            f" Scenes with frames whose cameras are not known, as those of a video alone: {unfiltered:,}. "
            "Their frames may not show what is asked."
        )
    if splits(manifest, "embedded"):
        text += (
            " `embedded` stores the pictures of a scene once, however many questions show them. Stream it: "
            "what is downloaded into a cache repeats them for every question, and who streams it holds those "
            "of one scene so often at a time."
        )
    return text


def scenes_not_filtered(manifest: Manifest) -> int:
    """How many scenes have frames of which it is not known what they show, although that was asked for."""
    counts = manifest.frames
    if not counts or not manifest.options.visibility:
        return 0
    return int(counts["scenes with frames"] - counts["scenes asked only what is seen"])


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _counts(questions: Mapping[str, Mapping[str, int]]) -> str:
    splits = list(questions)
    topics = sorted({topic for counts in questions.values() for topic in counts})
    rows = [[topic, *(f"{questions[split].get(topic, 0):,}" for split in splits)] for topic in topics]
    rows.append(["all", *(f"{sum(questions[split].values()):,}" for split in splits)])
    return _table(["topic", *splits], rows)


def _definitions(manifest: Manifest) -> str:
    """What each topic that is asked measures."""
    known = described(manifest)
    asked = {topic for counts in manifest.questions.values() for topic in counts}
    return "\n".join(f"- `{topic}`: {known[topic]['definition']}" for topic in known if topic in asked)


def _balance(balance: Mapping[str, Mapping[str, TallyEntry]]) -> str:
    if not balance:
        return "Answers are as common as the rooms make them: nothing was left out for balance."
    rows = [
        [kind, split, *(f"{number:,}" for number in tally.questions), *_commonest(tally)]
        for split, kinds in balance.items()
        for kind, tally in kinds.items()
    ]
    header = ["question type", "split", "asked", "kept", "commonest answer", "of those kept"]
    return (
        "What is too common is thinned out by a seeded draw, as the rules say under `balance`. What was "
        "asked, what was kept, and the share of the commonest answer (a direction, a count or a letter):\n\n"
        f"{_table(header, rows)}"
    )


def _commonest(tally: TallyEntry) -> list[str]:
    """The commonest answer before and after, with its share."""
    words = []
    for when, total in enumerate(tally.questions):
        counts = {answer: numbers[when] for answer, numbers in tally.answers.items()}
        answer = max(counts, key=counts.__getitem__, default=None)
        words.append(f"{answer}: {counts[answer] / total:.0%}" if answer and total else "")
    return words


def _labels(vocabulary: Mapping[str, Any]) -> str:
    """What the words of the questions are; nothing where an older build's manifest does not tell."""
    if "verbatim" not in vocabulary:
        return ""
    if vocabulary["verbatim"]:
        return (
            "The words of the questions are the annotation's own labels, as in the paper. A group that is "
            "annotated as one object (`chairs`, `books`) counts as one object; its own size, distances and "
            "directions are asked; and `chair` does not cover `chairs`."
        )
    return (
        "The words of the questions are the annotation's labels, read by the rules' vocabulary: labels that "
        "mean the same are one word, and labels outside it are not asked about. Where a group is annotated "
        "as one object (`chairs`, `books`), neither the group nor the number of its things is asked about."
    )


def _room_areas(manifest: Manifest) -> str:
    ratios = manifest.room_area_ratios
    if not ratios:
        return "The room areas are those that the scans' makers state."
    method = manifest.rules.resolved["measurement"]["room_area"]["method"]
    rows = [
        [name, *(f"{share:.2f}" for share in (ratio.median, ratio.p5, ratio.p95))]
        for name, ratio in ratios.items()
    ]
    return (
        f"The room areas asked about are measured by the method `{method}`. There is more than one way to "
        "draw the edge of a room: the same rooms by the other methods, as multiples of that area.\n\n"
        f"{_table(['method', 'median', '5th percentile', '95th percentile'], rows)}"
    )


def _scans(manifest: Manifest) -> str:
    options, datasets = manifest.options, datasets_of(manifest)
    text = names_in_words(datasets)
    if len(datasets) > 1:
        text += f" ({', '.join(f'{name_of(dataset)} {count:,}' for dataset, count in datasets.items())})"
    if with_lists := [dataset for dataset in datasets if dataset in ("scannet", "arkitscenes")]:
        of = f" of {names_in_words(with_lists)}" if len(datasets) > 1 else ""
        text += f", official list `{options.split}`{of}"
    if options.holdout:
        text += f", {options.holdout:.3g} of the rooms held out for `validation`"
    if manifest.selection is not None:  # builds of the first release do not have it
        text += f"; {in_words(manifest.selection.model_dump(), options.split)}"
    return text


def _leak_guard(manifest: Manifest) -> str:
    guard = manifest.leak_guard
    if guard.active:
        refused = sum(guard.refused.values())
        text = f"on: {refused:,} scenes of rooms that are kept for evaluation were refused"
        if elsewhere := sum(guard.not_in_list.values()):
            text += f"; {elsewhere:,} more, not in the {manifest.options.split} list, left out"
        return text
    admitted = sum(guard.admitted.values())
    return (
        f"**off**: {admitted:,} scenes of rooms that are kept for evaluation are in here; "
        "a model trained on them cannot be evaluated on them"
    )


def _audit(publication: Publication | None) -> str:
    if publication is None:
        return "`audit.json`, once there is one"
    if publication.audit is None:
        return "none yet"
    mean = publication.audit["scores"].get("macro", {})
    who = {
        "constant_in_sample": "the best constant answers score",
        "constant": "constants learned in other rooms",
        "forest": "a random forest on the words",
    }
    known = [f"{who[way]} {100 * mean[way]['score']:.1f}" for way in who if mean.get(way) is not None]
    if not known:
        return "some question types are about too few rooms to be guessed; by topic in `audit.json`"
    few = "" if mean.get("forest") else "; some question types are about too few rooms for a random forest"
    return (
        f"without a look, {', '.join(known)} (mean of topics, in per cent, as VSI-Bench scores){few}; "
        "by topic in `audit.json`"
    )


def _debias(record: DebiasEntry | None) -> str:
    if record is None:
        return "Nothing was left out for being easily guessed."
    rows = [
        [
            topic,
            *(f"{count:,}" for count in own.questions),
            *(
                f"{100 * scores[key]:.1f}" if key in scores else ""
                for scores in (own.before, own.after)
                for key in ("constant", "forest")
            ),
        ]
        for topic, own in record.topics.items()
    ]
    header = ["topic", "asked", "kept", "constant before", "forest before", "constant", "forest"]
    return (
        "`vsidata debias` left out questions that a random forest guesses from their words alone, until it "
        "scored hardly more than one constant answer. Both learned in other rooms than they were tried in, "
        "and the scores are of forests that had no part in the choice. What is said above of balance is from "
        f"before.\n\n{_table(header, rows)}"
    )


def _drops(drops: Mapping[str, Mapping[str, int]]) -> str:
    rows = [
        [topic, reason, f"{count:,}"] for topic, reasons in drops.items() for reason, count in reasons.items()
    ]
    if not rows:
        return "No candidate was refused."
    header = ["topic", "why candidates were refused", "how many"]
    lines = [header, ["---", "---", "---:"], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _set_aside(count: int, publication: Publication | None) -> str:
    if not count:
        return "No scan was set aside."
    why = "" if publication else " `failures.jsonl` says why."  # it speaks of files on the builder's disk
    return f"Scans set aside because they could not be used: {count:,}.{why}"
