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
from vsidata.plain_text import counted
from vsidata.topics.described import described

_Licence = tuple[dict[str, str], str]  # for the front matter, and in words

_FREE: _Licence = (
    {"license": "apache-2.0"},
    "Made from synthetic rooms, which have no owner. Use it under the Apache License 2.0.",
)
_OF_SCANNET: _Licence = (
    {"license": "other", "license_name": "scannet-terms-of-use", "license_link": SCANNET_TERMS},
    f"Derived from ScanNet. Its [Terms of Use]({SCANNET_TERMS}) apply to derived data. They permit research "
    "without commercial use. If you use these questions with ScanNet's videos, you must have signed the "
    "terms.",
)
_OF_OTHERS: _Licence = (
    {"license": "other"},
    "Derived from scans of other makers. Their terms apply to derived data.",
)

_ON_WORD = (
    " It contains pictures of these scans. The publisher stated that they may be shared with users who have "
    "access."
)

_TABLES: Mapping[str, str] = {
    "qa": "one row per question",
    "scenes": "one row per scene: its objects, their boxes, the room's area",
    "frames": "one row per scene: its pictures, their times and cameras",
    "embedded": "one row per question, with its scene's pictures inside",
}

# The form for users who request access to a gated dataset. Synthetic rooms need none.
_SCANNET_GATE = (
    f"This dataset is derived from ScanNet. ScanNet's Terms of Use ({SCANNET_TERMS}) apply to it. Request "
    "access if you have signed them and follow them.",
    "I have signed ScanNet's Terms of Use and follow them",
)
_OTHER_GATE = (
    "This dataset is derived from scans of other makers. Request access if you follow their terms.",
    "I have read the terms of the scans' makers and follow them",
)


@dataclass(frozen=True)
class Publication:
    """The parts of a card on the Hub that the card of a local build does not have.

    Attributes:
        repo_id: `NAME/SET`, the name for loading.
        revision: the branch.
        gated: whether access must be requested.
        on_word: whether it contains pictures of scans with an owner, and the publisher stated that these
            pictures may be shared.
        audit: the result of `vsidata audit`, if it is published with the card.
    """

    repo_id: str
    revision: str
    gated: bool
    on_word: bool
    audit: Mapping[str, Any] | None = None


def card(manifest: Manifest, publication: Publication | None = None) -> str:
    """The card's text, from the manifest alone.

    Args:
        manifest: the manifest of the build; for a published one, with the published files.
        publication: the publication; None for the card of a local build.
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
    """The licence of the whole build, and a text with the terms of each of its datasets."""
    if is_free(manifest):
        return _FREE
    match owned_datasets(manifest):
        case ["scannet"]:
            licence, words = _OF_SCANNET
        case [*several] if "scannet" in several:
            licence, words = _OF_OTHERS[0], f"{_OF_SCANNET[1]} {_OF_OTHERS[1]}"
        case _:
            licence, words = _OF_OTHERS
    mixed = " The synthetic rooms in it have no owner." if "synthetic" in datasets_of(manifest) else ""
    return licence, words + mixed


def _gate(manifest: Manifest) -> dict[str, Any]:
    """The front matter for the form that the Hub shows to users who request access."""
    if is_free(manifest):
        return {}
    prompt, statement = _SCANNET_GATE if owned_datasets(manifest) == ["scannet"] else _OTHER_GATE
    return {
        "extra_gated_prompt": prompt,
        "extra_gated_fields": {"Affiliation": "text", statement: "checkbox"},
    }


def _tables(manifest: Manifest, publication: Publication | None) -> str:
    """A line of Python for each table of the build."""
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
    """A table of columns for each table of the build."""
    parts = []
    for table, columns in meanings().items():
        if splits(manifest, table):
            own = {name: about for name, about in columns.items() if name.isidentifier()}
            rows = "\n".join(f"| `{name}` | {about.in_words} |" for name, about in own.items())
            beyond = ", in addition to those of `qa`" if table == "embedded" else ""
            parts.append(f"Columns of `{table}`{beyond}:\n\n| column | content |\n| --- | --- |\n{rows}")
    return "\n\n".join(parts)


def _frames(manifest: Manifest) -> str:
    counts = manifest.frames
    if not counts.get("scenes with frames"):
        return "It has no frames."
    pictures, shown, without, seen = (
        f"{counts[key]:,}"
        for key in ("pictures", "scenes with frames", "scenes without", "scenes asked only what is seen")
    )
    if not splits(manifest, "frames"):
        return (
            f"The questions were asked for {pictures} pictures of {shown} scenes. These pictures are not in "
            "this dataset, because only the makers of the scans may share them. If you have the scans, make "
            "the same pictures with `vsidata build` and the options in `manifest.json`. The questions about "
            f"{seen} scenes are only about what the frames show."
        )
    text = (
        f"`frames` has {pictures} pictures of {shown} scenes, at most {manifest.options.frames} per "
        "scene, spread evenly over time from the first frame with a valid pose to the last. Join them to a "
        "question by `scene_name`.\n\n"
        f"Scenes without a stream, and so without frames: {without}. Scenes with questions only about what "
        f"their frames show: {seen}."
    )
    if unfiltered := scenes_not_filtered(manifest):
        text += (
            f" Scenes with frames but without known cameras, such as a video alone: {unfiltered:,}. "
            "Their frames may not show the objects of the questions."
        )
    if splits(manifest, "embedded"):
        text += (
            " The files of `embedded` store the pictures of a scene once for all its questions. Load it with "
            "`streaming=True`. Then the pictures are repeated for each question only in memory, one scene at "
            "a time. Without streaming, `datasets` writes the repeated pictures of all scenes to its cache."
        )
    return text


def scenes_not_filtered(manifest: Manifest) -> int:
    """Number of scenes with frames of unknown visibility, although visibility was requested."""
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
    """The definition of each topic of the build."""
    known = described(manifest)
    asked = {topic for counts in manifest.questions.values() for topic in counts}
    return "\n".join(f"- `{topic}`: {known[topic]['definition']}" for topic in known if topic in asked)


def _balance(balance: Mapping[str, Mapping[str, TallyEntry]]) -> str:
    if not balance:
        return "No questions were left out for balance."
    rows = [
        [kind, split, *(f"{number:,}" for number in tally.questions), *_commonest(tally)]
        for split, kinds in balance.items()
        for kind, tally in kinds.items()
    ]
    header = ["question type", "split", "asked", "kept", "most common answer", "after balancing"]
    return (
        "Questions with answers that are too common are left out by a seeded draw, by the rules under "
        "`balance`. The table shows the questions asked and kept, and the share of the most common answer (a "
        "direction, a count or a letter):\n\n"
        f"{_table(header, rows)}"
    )


def _commonest(tally: TallyEntry) -> list[str]:
    """The most common answer before and after, with its share."""
    words = []
    for when, total in enumerate(tally.questions):
        counts = {answer: numbers[when] for answer, numbers in tally.answers.items()}
        answer = max(counts, key=counts.__getitem__, default=None)
        words.append(f"{answer}: {counts[answer] / total:.0%}" if answer and total else "")
    return words


def _labels(vocabulary: Mapping[str, Any]) -> str:
    """The origin of the words in the questions; empty if an older build's manifest does not state it."""
    if "verbatim" not in vocabulary:
        return ""
    if vocabulary["verbatim"]:
        return (
            "The words of the questions are the annotation's own labels, as in the paper. A group that is "
            "annotated as one object (`chairs`, `books`) counts as one object. Questions ask about the size, "
            "the distances and the directions of the group. Questions about `chair` do not include `chairs`."
        )
    return (
        "The words of the questions come from the annotation's labels. The vocabulary of the rules gives "
        "labels with the same meaning one word. Labels outside the vocabulary are not asked about. If a "
        "group is annotated as one object (`chairs`, `books`), there are no questions about the group or "
        "about the number of its things."
    )


def _room_areas(manifest: Manifest) -> str:
    ratios = manifest.room_area_ratios
    if not ratios:
        return "The room areas are stated by the scans' makers."
    method = manifest.rules.resolved["measurement"]["room_area"]["method"]
    rows = [
        [name, *(f"{share:.2f}" for share in (ratio.median, ratio.p5, ratio.p95))]
        for name, ratio in ratios.items()
    ]
    return (
        f"The room areas in questions are measured by the method `{method}`. There is more than one way to "
        "define the edge of a room. The table shows the areas of the same rooms by the other methods, as "
        "multiples of that area:\n\n"
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
        text = f"on: it refused {counted(refused, 'scene')} of rooms that are reserved for evaluation"
        if elsewhere := sum(guard.not_in_list.values()):
            text += f"; {elsewhere:,} more are not in the {manifest.options.split} list and so left out"
        return text
    admitted = sum(guard.admitted.values())
    return (
        f"**off**: this build has {counted(admitted, 'scene')} of rooms that are reserved for evaluation; "
        "a model trained on them cannot be evaluated on them"
    )


def _audit(publication: Publication | None) -> str:
    if publication is None:
        return "see `audit.json`, if it exists"
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
        return "some question types are about too few rooms to train a guess; by topic in `audit.json`"
    few = "" if mean.get("forest") else "; some question types are about too few rooms for a random forest"
    return (
        f"without the video, {', '.join(known)} (mean of topics, in per cent, as VSI-Bench scores){few}; "
        "by topic in `audit.json`"
    )


def _debias(record: DebiasEntry | None) -> str:
    if record is None:
        return "No questions were left out because they are easy to guess."
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
    header = ["topic", "asked", "kept", "constant before", "forest before", "constant after", "forest after"]
    return (
        "`vsidata debias` left out questions that a random forest guesses from their words alone. It stopped "
        "when the forest scored little more than one constant answer. Both were tested in other rooms than "
        "they were trained in. The scores are of forests that were not used to choose questions. The text "
        f"above about balance describes the build before this step.\n\n{_table(header, rows)}"
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
        return "No scan was skipped."
    # failures.jsonl contains paths of the disk of the build, so it is not published.
    why = "" if publication else " See `failures.jsonl` for the reasons."
    return f"Scans skipped because they could not be used: {count:,}.{why}"
