"""ScanNet's table of labels is read. It has tabs, quotes, white space in labels, and other columns."""

import pytest

from vsidata.errors import ScanError
from vsidata.sources.label_table import read_label_table


def test_labels_have_the_class_of_their_row(tmp_path):
    path = tmp_path / "table.tsv"
    path.write_text(
        "id\traw_category\tcount\tnyu40id\teigen13id\n1\twall\t8277\t1\t12\n2\tchair\t4646\t5\t4\n"
    )
    assert read_label_table(path) == {"wall": 1, "chair": 5}


def test_white_space_around_labels_is_removed_as_in_the_scans(tmp_path):
    path = tmp_path / "table.tsv"
    path.write_bytes(b"raw_category\tnyu40id\t\t\r\n trash  can \t39 \t\t\r\nclothes dryer\t40\t\t\t\r\n")
    assert read_label_table(path) == {"trash can": 39, "clothes dryer": 40}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"raw_category\tnyu40id\nwall\t1\nchair\t\n", "line 3"),
        (b"raw_category\tnyu40id\nwall\tone\n", "line 2"),
        (b"label\tnyu40id\nwall\t1\n", "line 2"),
        (b"raw_category,nyu40id\nwall,1\n", "line 2"),
        (b"\xff\xfe", "not text"),
        (b"", "is empty"),
    ],
)
def test_invalid_table_is_refused(tmp_path, content, fault):
    path = tmp_path / "table.tsv"
    path.write_bytes(content)
    with pytest.raises(ScanError, match=fault) as caught:
        read_label_table(path)
    assert caught.value.file == str(path)
    assert "--label_map" in caught.value.remedy


def test_error_of_a_missing_table_states_how_to_get_it(tmp_path):
    with pytest.raises(ScanError) as caught:
        read_label_table(tmp_path / "table.tsv")
    assert caught.value.remedy == "Download it (--label_map)."
