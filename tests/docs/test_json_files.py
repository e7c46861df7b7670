"""The page of JSON files describes every field that the commands write, with its type."""

import json
import re

import pytest

from scripts.docs.json_files import fields, page
from tests.analysis.command import vsidata
from tests.dataset.meta_info import write as write_meta_info
from vsidata.dataset.results import failure_of
from vsidata.errors import ScanError

TYPES = {bool: "bool", int: "int64", float: "float64", str: "string", dict: "record"}
SAME = {  # record → the record with the same fields
    "scores.topics.TOPIC": "scores.macro",
    "scores.types.TYPE": "scores.macro",
    "words.TYPE": "letters.GROUP",
}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The files of a build, before and after it was debiased."""
    folder = tmp_path_factory.mktemp("written")
    rooms = write_meta_info(folder / "rooms.json", 12)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vsidata.analysis.blind.guess._MOST_PARTITIONS", 1)
        patch.setattr("vsidata.analysis.blind.forest.TREES", 2)
        for command in (
            ("build", "--meta-info", rooms, "--out", folder / "qa", "--workers", 1, "--frames", 0),
            ("audit", folder / "qa"),
            ("debias", folder / "qa", "--out", folder / "less"),
        ):
            ran = vsidata(*command)
            assert (folder / "qa" / "manifest.json").exists(), ran.stderr
    return {
        "manifest.json": json.loads((folder / "less" / "manifest.json").read_text()),
        "audit.json": json.loads((folder / "qa" / "audit.json").read_text()),
        "failures.jsonl": failure_of(
            "scene0000_00", ScanError("scene.ply", "is empty.", "Download it again.")
        ),
    }


@pytest.mark.parametrize("name", fields())
def test_every_field_of_a_file_is_described_with_its_type(name, written):
    stated = {path: about["type"] for path, about in fields()[name].items()}
    for record, same in SAME.items():
        stated |= {
            path.replace(same, record, 1): type_
            for path, type_ in stated.items()
            if path.startswith(f"{same}.")
        }
    described = {pattern(path): type_ for path, type_ in stated.items()}
    assert all(path in page() for path in fields()[name])
    for path, value in leaves(written[name]):
        if value in ([], {}):
            continue
        types = {type_ for known, type_ in described.items() if known.fullmatch("\t".join(path))}
        assert types, path
        assert value is None or type_of(value) in types, (path, value)


@pytest.mark.parametrize("name", fields())
def test_a_described_file_has_every_entry_of_its_top_level(name, written):
    top = {path.partition(".")[0] for path in fields()[name]}
    sometimes = {"publication"}  # only in a copy on the Hub
    assert top - sometimes == {*written[name]}


def pattern(path):
    """The pattern of a path. A word in capitals stands for any key."""
    words = [r"[^\t]+" if re.fullmatch("[A-Z]+", word) else re.escape(word) for word in path.split(".")]
    return re.compile("\t".join(words))


def leaves(value, path=()):
    """The values that are not records, by path."""
    if isinstance(value, dict) and path[:2] != ("rules", "resolved"):
        for key, part in value.items():
            yield from leaves(part, (*path, key))
    elif path[:2] != ("rules", "resolved"):
        yield path, value


def type_of(value):
    return f"list of {type_of(value[0])}" if isinstance(value, list) else TYPES[type(value)]
