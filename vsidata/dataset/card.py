"""The dataset card: README.md of a build, with the front matter that `load_dataset` and the Hub read."""

from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from string import Template
from typing import Any

import yaml

_SCANNET = "https://kaldir.vc.in.tum.de/scannet/ScanNet_TOS.pdf"

_LICENCES: Mapping[str, tuple[dict[str, str], str]] = {
    "scannet": (
        {"license": "other", "license_name": "scannet-terms-of-use", "license_link": _SCANNET},
        f"Derived from ScanNet, whose [Terms of Use]({_SCANNET}) hold for what is derived from it: research "
        "without commercial use. Who uses these questions with ScanNet's videos must have signed them.",
    ),
    "synthetic": (
        {"license": "apache-2.0"},
        "Made from synthetic rooms, which belong to nobody: use it under the Apache License 2.0.",
    ),
}
_OTHER_LICENCE = (
    {"license": "other"},
    "Derived from the scans of others: the terms of their makers hold for what is derived from them.",
)

_TABLES: Mapping[str, str] = {
    "qa": "one row a question",
    "scenes": "one row a scene: its objects, their boxes, the room's area",
    "frames": "one row a scene: its pictures, their times and cameras",
    "embedded": "one row a question, with its scene's pictures inside",
}

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def card(manifest: Mapping[str, Any]) -> str:
    """The card's text, from the manifest alone."""
    questions: Mapping[str, Mapping[str, int]] = manifest["questions"]
    total = sum(sum(topics.values()) for topics in questions.values())
    options, rules = manifest["options"], manifest["rules"]
    licence, licence_note = _LICENCES.get(options["dataset"], _OTHER_LICENCE)
    title = f"Spatial questions on {options['dataset']} ({rules['name']})"
    front = {
        "pretty_name": title,
        "language": ["en"],
        **licence,
        "task_categories": ["visual-question-answering", "video-text-to-text"],
        "tags": ["spatial-reasoning", "3d", "indoor-scenes", "vsi-bench"],
        "size_categories": [next((name for limit, name in _SIZES if total < limit), "1M<n<10M")],
        "configs": [
            {
                "config_name": table,
                **({"default": True} if table == "qa" else {}),
                "data_files": [
                    {"split": split, "path": f"{table}/{split}-*.parquet"}
                    for split in _splits(manifest, table)
                ],
            }
            for table in _TABLES
            if _splits(manifest, table)
        ],
    }
    template = Template(resources.files(__package__).joinpath("card.md").read_text(encoding="utf-8"))
    body = template.substitute(
        title=title,
        version=manifest["versions"]["vsidata"],
        total=f"{total:,}",
        scenes=f"{sum(manifest['scenes'].values()):,}",
        rules=f"{rules['name']}@{rules['digest'][:8]}",
        tables=_tables(manifest),
        counts=_counts(questions),
        frames=_frames(manifest),
        balance=_balance(manifest["balance"]),
        room_areas=_room_areas(manifest),
        seed=options["seed"],
        scans=_scans(options),
        leak_guard=_leak_guard(manifest["leak_guard"]),
        drops=_drops(manifest["drops"]),
        set_aside=_set_aside(manifest["set_aside"]),
        licence=licence_note,
    )
    return f"---\n{yaml.safe_dump(front, sort_keys=False, allow_unicode=True)}---\n\n{body}"


def _tables(manifest: Mapping[str, Any]) -> str:
    """A line of Python for each table that is there."""
    lines = []
    for table, what in _TABLES.items():
        if _splits(manifest, table):
            name = "questions" if table == "qa" else table
            how = ", streaming=True" if table == "embedded" else ""
            lines.append(f'{name} = load_dataset("PATH_OR_NAME", "{table}"{how})  # {what}')
    return "\n".join(lines)


def _frames(manifest: Mapping[str, Any]) -> str:
    counts = manifest["frames"]
    if not counts.get("scenes with frames"):
        return "There are no frames in it."
    pictures, shown, without, seen = (
        f"{counts[key]:,}"
        for key in ("pictures", "scenes with frames", "scenes without", "scenes asked only what is seen")
    )
    text = (
        f"`frames` holds {pictures} pictures of {shown} scenes, at most {manifest['options']['frames']} of a "
        "scene, spread evenly over time from the first frame with a valid pose to the last; a question finds "
        "them by its `scene_name`. `indices` are the stream's own numbers, `timestamps` are seconds since it "
        "began, `poses` go from the camera (x right, y down, z forward) to the room (z up) in metres, "
        "`intrinsics` belong to the pictures as they are here, and `orientation` says by how many degrees to "
        "turn them clockwise so that they stand upright. `seen` says how much of each object they show.\n\n"
        f"Scenes without a stream, and so without frames: {without}. About {seen} scenes only that was asked "
        "which their frames show."
    )
    if unfiltered := scenes_not_filtered(manifest):
        text += (
            f" Scenes with frames whose cameras are not known, as those of a video alone: {unfiltered:,}. "
            "Their frames may not show what is asked."
        )
    if _splits(manifest, "embedded"):
        text += (
            " `embedded` stores the pictures of a scene once, however many questions show them. Stream it: "
            "what is downloaded into a cache repeats them for every question, and who streams it holds those "
            "of one scene so often at a time."
        )
    return text


def scenes_not_filtered(manifest: Mapping[str, Any]) -> int:
    """How many scenes have frames of which it is not known what they show, although that was asked for."""
    counts = manifest["frames"]
    if not counts or not manifest["options"]["visibility"]:
        return 0
    return int(counts["scenes with frames"] - counts["scenes asked only what is seen"])


def _splits(manifest: Mapping[str, Any], table: str) -> list[str]:
    return [
        split
        for split in manifest["scenes"]
        if any(p.startswith(f"{table}/{split}-") for p in manifest["files"])
    ]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _counts(questions: Mapping[str, Mapping[str, int]]) -> str:
    splits = list(questions)
    topics = sorted({topic for counts in questions.values() for topic in counts})
    rows = [[topic, *(f"{questions[split].get(topic, 0):,}" for split in splits)] for topic in topics]
    rows.append(["all", *(f"{sum(questions[split].values()):,}" for split in splits)])
    return _table(["topic", *splits], rows)


def _balance(balance: Mapping[str, Mapping[str, Any]]) -> str:
    if not balance:
        return "Answers are as common as the rooms make them: nothing was left out for balance."
    rows = [
        [kind, split, *(f"{number:,}" for number in tally["questions"]), *_commonest(tally)]
        for split, kinds in balance.items()
        for kind, tally in kinds.items()
    ]
    header = ["question type", "split", "asked", "kept", "commonest answer", "of those kept"]
    return (
        "What is too common is thinned out by a seeded draw, as the rules say under `balance`. What was "
        "asked, what was kept, and the share of the commonest answer (a direction, a count or a letter):\n\n"
        f"{_table(header, rows)}"
    )


def _commonest(tally: Mapping[str, Any]) -> list[str]:
    """The commonest answer before and after, with its share."""
    words = []
    for when, total in enumerate(tally["questions"]):
        counts = {answer: numbers[when] for answer, numbers in tally["answers"].items()}
        answer = max(counts, key=counts.__getitem__, default=None)
        words.append(f"{answer}: {counts[answer] / total:.0%}" if answer and total else "")
    return words


def _room_areas(manifest: Mapping[str, Any]) -> str:
    ratios = manifest["room_area_ratios"]
    if not ratios:
        return "The room areas are those that the scans' makers state."
    method = manifest["rules"]["resolved"]["measurement"]["room_area"]["method"]
    rows = [
        [name, *(f"{ratio[key]:.2f}" for key in ("median", "p5", "p95"))] for name, ratio in ratios.items()
    ]
    return (
        f"The room areas asked about are measured by the method `{method}`. There is more than one way to "
        "draw the edge of a room: the same rooms by the other methods, as multiples of that area.\n\n"
        f"{_table(['method', 'median', '5th percentile', '95th percentile'], rows)}"
    )


def _scans(options: Mapping[str, Any]) -> str:
    text = f"{options['dataset']}"
    if options["dataset"] == "scannet":
        text += f", official list `{options['split']}`"
    if options["holdout"]:
        text += f", {options['holdout']:.3g} of the rooms held out for `validation`"
    return text


def _leak_guard(guard: Mapping[str, Any]) -> str:
    if guard["active"]:
        refused = sum(guard["refused"].values())
        return f"on: {refused:,} scenes of rooms that are kept for evaluation were refused"
    admitted = sum(guard["admitted"].values())
    return (
        f"**off**: {admitted:,} scenes of rooms that are kept for evaluation are in here; "
        "a model trained on them cannot be evaluated on them"
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


def _set_aside(count: int) -> str:
    if not count:
        return "No scan was set aside."
    return f"Scans set aside because they could not be used: {count:,}. `failures.jsonl` says why."
