"""Evidence of the first release, converted to the current shape, agrees with current evidence."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from vsidata.dataset import schema
from vsidata.dataset.card import card
from vsidata.dataset.first_release import EVIDENCE, in_current_shape
from vsidata.dataset.manifest import read_manifest
from vsidata.dataset.shard_reading import shard_tables
from vsidata.pipeline.build import BuildOptions, build
from vsidata.synthetic.write import write_scans
from vsidata.topics.explain import explain
from vsitrain.preferences import wrong_answer

OLD = Path(__file__).parent / "first_release" / "qa"
LEAST = 20  # questions that are in both builds; in a smaller build, fewer are left out for balance


def old_rows():
    return [row for path in sorted(OLD.iterdir()) for row in pq.read_table(path).to_pylist()]


@pytest.fixture(scope="module")
def new_rows(tmp_path_factory):
    """Return the questions of a current build about two of the same rooms."""
    folder = tmp_path_factory.mktemp("today")
    write_scans(folder / "root", scenes=2, seed=3, frames=30)
    build(BuildOptions(out=folder / "qa", scannet_root=folder / "root", frames=3, frame_size=64, workers=1))
    (shard,) = (folder / "qa" / "qa").iterdir()
    return {row["id"]: row for row in pq.read_table(shard).to_pylist()}


def about(number):
    """Compare to the nanometre."""
    return number if number is None else pytest.approx(number, abs=1e-9)


def plain(evidence):
    """Return the parts of evidence that the first release had."""
    return {
        "objects": evidence["objects"],
        "value": about(evidence["value"]),
        "margin": about(evidence["margin"]),
        "measures": [(one["name"], about(one["value"]), one["unit"]) for one in evidence["measures"]],
        "seconds": [about(moment["seconds"]) for moment in evidence["moments"]],
    }


def test_converted_evidence_equals_that_of_a_current_build(new_rows):
    both = [(in_current_shape(row), new_rows[row["id"]]) for row in old_rows() if row["id"] in new_rows]
    assert len(both) >= LEAST
    assert {"object_abs_distance", "object_rel_distance", "object_rel_direction"} <= {
        row["topic"] for row, _ in both
    }
    for old, new in both:
        assert old["evidence"].keys() == new["evidence"].keys()
        assert plain(old["evidence"]) == plain(new["evidence"]), old["question"]
        assert explain(old) == explain(new)


@pytest.mark.parametrize("row", [row for row in old_rows() if row["evidence"]["option_distances"]][:3])
def test_second_nearest_is_found_in_an_old_row(row):
    options = [option[3:] for option in row["options"]]
    by_distance = sorted(zip(row["evidence"]["option_distances"], options, strict=True))
    answer = wrong_answer(row, ["second_nearest"], letters=False, seed=0)
    assert answer == by_distance[1][1]


def test_old_moments_and_paths_are_converted_drawn_and_described():
    old = {
        "objects": [],
        "value": 2.5,
        "margin": 0.1,
        "seconds": [1.5, 0.5],
        "path": [[0.0, 0.0], [1.5, 2.0]],
    }
    evidence = in_current_shape({"evidence": dict.fromkeys(EVIDENCE.names) | old})["evidence"]
    assert evidence["moments"] == [{"frame": None, "seconds": 1.5}, {"frame": None, "seconds": 0.5}]
    arrow, start, stop = evidence["shapes"]
    assert (arrow["points"], arrow["label"]) == ([[0, 0, 0], [1.5, 2, 0]], "2.5 m")
    assert [(one["points"], one["label"]) for one in (start, stop)] == [
        ([[0, 0, 0]], "start"),
        ([[1.5, 2, 0]], "1"),
    ]
    assert pa.array([evidence], type=schema.EVIDENCE).to_pylist() == [evidence]


def test_a_row_in_the_current_shape_stays_unchanged():
    today = {"evidence": {"objects": [], "value": 1.0, "margin": None, "measures": []}}
    assert in_current_shape(today) is today


def test_old_shards_are_read_in_the_current_shape():
    for path in OLD.iterdir():
        for table in shard_tables(path, schema.QA):
            for row in table.to_pylist():
                assert list(row["evidence"]) == [field.name for field in schema.EVIDENCE]


def test_card_of_an_old_build_states_the_columns_that_it_has():
    """`load_dataset` checks that the files have these columns."""
    folder = OLD.parent
    then, now = (
        yaml.safe_load(text.split("---")[1])["dataset_info"]
        for text in ((folder / "README.md").read_text(), card(read_manifest(folder)))
    )
    assert now == then
