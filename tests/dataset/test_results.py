"""Result files: complete or absent, inside their folder, and tied to the files that they were made from."""

import os

import pytest

from vsidata.dataset import results


@pytest.mark.parametrize(
    "name", ["scene0000_00", "../../escape", "/etc/passwd", "..", ".", "a/b", "ätsch", ""]
)
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    path = results.result_path(tmp_path, name)
    assert path.parent == tmp_path
    results.write_result(path, results.Head(inputs="x"))
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_different_names_have_different_files(tmp_path):
    names = ["a/b", "a%2Fb", "a_b", "a b", "A/B"]
    assert len({results.result_path(tmp_path, name) for name in names}) == len(names)


def test_what_was_written_is_read_back_to_the_last_bit(tmp_path):
    path = results.result_path(tmp_path, "scene0000_00")
    stamps = {"stamp": [["a.ply", 3, 17, 18]], "stream_stamp": [["a.sens", 4, 19, 20]]}
    head = results.Head(**stamps, inputs="ab", drops=[["topic", "reason", 2]])
    rows = [{"scene_name": "scene0000_00", "room_area": 0.1 + 0.2}, {"id": "1", "value": 1 / 3}, {"id": "2"}]
    results.write_result(path, head, rows)
    assert results.read_head(path) == head
    assert results.is_whole(path)
    assert results.read_rows(path) == (rows[0], rows[1:])


def test_cut_or_changed_result_is_damaged(tmp_path):
    path = results.result_path(tmp_path, "scene0000_00")
    results.write_result(path, results.Head(inputs="ab"), [{"scene_name": "x"}, {"id": "1"}, {"id": "2"}])
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        assert not results.is_whole(path)
        path.write_bytes(content[:length] + bytes([content[length] ^ 1]) + content[length + 1 :])
        assert not results.is_whole(path)
    path.write_bytes(b"".join(content.splitlines(keepends=True)[:-2]))  # cut at the end of a line
    assert not results.is_whole(path)
    assert not results.is_whole(tmp_path / "missing.jsonl")


@pytest.mark.parametrize("content", [b"", b"{", b'{"stamp": [', b'{"other": 1}\n', b"[]\n", b"\xff\xfe\n"])
def test_file_that_is_not_a_result_is_read_as_none(tmp_path, content):
    path = tmp_path / "scene.jsonl"
    path.write_bytes(content)
    assert results.read_head(path) is None
    assert results.read_head(tmp_path / "missing.jsonl") is None


def test_failed_write_keeps_the_previous_result(tmp_path):
    path = results.result_path(tmp_path, "scene0000_00")
    results.write_result(path, results.Head(inputs="before"))
    with pytest.raises(TypeError):
        results.write_result(path, results.Head(inputs="after"), [object()])
    assert results.read_head(path).inputs == "before"


def test_digest_depends_on_content_and_names_but_not_on_folders_or_times(tmp_path):
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
        for name in ("a.ply", "b.json"):
            (tmp_path / folder / name).write_text(name)
    here, there = ([tmp_path / folder / name for name in ("a.ply", "b.json")] for folder in ("here", "there"))
    os.utime(there[0], (1, 1))
    assert results.digest(here) == results.digest(there) == results.digest(reversed(here))
    there[1].rename(tmp_path / "there" / "c.json")
    assert results.digest(here) != results.digest([there[0], tmp_path / "there" / "c.json"])
    here[0].write_text("changed")
    assert results.digest(here) != results.digest([there[0], tmp_path / "there" / "c.json"])


def test_stamp_changes_with_size_and_both_times_and_leaves_out_missing_files(tmp_path):
    file = tmp_path / "a.ply"
    file.write_text("one")
    os.utime(file, ns=(5, 5))
    before = results.stamp([file, tmp_path / "missing"])
    assert before == [["a.ply", 3, 5, file.stat().st_ctime_ns]]
    os.utime(file, ns=(6, 6))
    assert results.stamp([file]) != before
    assert not results.differ_in_ctime_alone(before, results.stamp([file]))
    os.utime(file, ns=(5, 5))  # only ctime, which the system sets, differs now
    assert results.stamp([file]) != before
    assert results.differ_in_ctime_alone(before, results.stamp([file]))
