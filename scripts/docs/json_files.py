"""The page of the JSON files of a build, from `json_files.yaml` and the docstring of `Manifest`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from scripts.docs.markdown import code, linked, table
from scripts.docs.markdown import page as joined
from scripts.docs.rule_keys import described
from vsidata.dataset.manifest_form import Manifest

ABOUT = {
    "manifest.json": "The description of the build: how it was made, what it contains and what was left out. "
    "It also lists the shards with their checksums. `vsidata verify` compares the build with it.",
    "audit.json": "The result of `vsidata audit`: scores of guesses that do not see the video, and other "
    "signs that answers can be guessed. Scores, shares and probabilities are in [0, 1].",
    "failures.jsonl": "The scans that were skipped, one JSON object per line. The file is empty if no scan "
    "was skipped.",
}

Field = Mapping[str, str]
"""`type`, `meaning`, and `unit` if the values have one."""


def page() -> str:
    """Every field of every JSON file."""
    parts = []
    for name, found in fields().items():
        parts += [f"## {name} {{ #{name.replace('.', '-')} }}", ABOUT[name]]
        rows = (
            (code(path), linked(about["meaning"]), about["type"], about.get("unit", ""))
            for path, about in found.items()
        )
        parts.append(table(("field", "meaning", "type", "unit"), rows))
    return joined(
        "# JSON files",
        "Besides its [tables](columns.md), a build contains these files. A path leads to a field inside a "
        "record: `rules.name` is the field `name` of the record `rules`. A word in capitals stands for a key "
        "that differs between builds: `scenes.SPLIT` is `scenes.train` and `scenes.validation`.",
        *parts,
    )


@cache
def fields() -> Mapping[str, Mapping[str, Field]]:
    """File → path → its type, unit and meaning."""
    stated = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
    entries = described(Manifest)
    for path, about in stated["manifest.json"].items():
        if "meaning" not in about:
            about["meaning"] = entries[path].rstrip(".")
    found: Mapping[str, Mapping[str, Field]] = stated
    return found
