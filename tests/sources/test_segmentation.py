"""The segments file is read as by a JSON parser, in any layout."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vsidata.errors import ScanError
from vsidata.sources.segmentation import read_segments

SCAN = "scene0000_00"
spaces = st.text(" \t\r\n", max_size=2)


@st.composite
def files(draw):
    """A segments file with white space at all places that JSON allows, and its keys in any order."""
    ids = draw(st.lists(st.integers(0, 2**61), min_size=1, max_size=30))
    separator = draw(spaces) + "," + draw(spaces)
    listed = "[" + draw(spaces) + separator.join(map(str, ids)) + draw(spaces) + "]"
    others = {"params": {"kThresh": '"segIndices": [1]', "list": [7, 8]}, "sceneId": SCAN, "segIndices2": [3]}
    entries = [f"{json.dumps(key)}:{json.dumps(value)}" for key, value in others.items()]
    entries.append(f'"segIndices"{draw(spaces)}:{draw(spaces)}{listed}')
    return ids, "{" + ",".join(draw(st.permutations(entries))) + "}"


@settings(max_examples=200)
@given(file=files())
def test_segments_agree_with_a_json_parser(tmp_path_factory, file):
    ids, text = file
    assert json.loads(text)["segIndices"] == ids
    path = tmp_path_factory.getbasetemp() / "any.segs.json"
    path.write_text(text)
    segments = read_segments(path, SCAN, "Download it again.")
    assert segments.dtype == np.int64
    np.testing.assert_array_equal(segments, ids)


@pytest.mark.parametrize(
    "listed", ["1 2", "1;2", "[1],2", "1,2]]", "1,two", "0x1", "1e3", "1.0", "1,,2", "true", "{}"]
)
def test_list_of_other_values_is_refused(tmp_path, listed):
    path = tmp_path / "odd.segs.json"
    path.write_text('{"segIndices": [' + listed + "]}")
    with pytest.raises(ScanError):
        read_segments(path, SCAN, "Download it again.")


def test_another_list_is_never_read_as_the_segments(tmp_path):
    path = tmp_path / "odd.segs.json"
    path.write_text('{"params": {"segIndices": [1, 2]}, "segIndices": "none"}')
    with pytest.raises(ScanError, match="segIndices: a string"):
        read_segments(path, SCAN, "Download it again.")
