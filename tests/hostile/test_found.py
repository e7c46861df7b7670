"""Files that once crashed a parser, or took too much time or memory, are refused."""

import os
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.hostile.limits import within_limits
from tests.hostile.readers import NAME, by_name, png_of
from tests.sources.streams.sens_bytes import Frame, Sens, jpeg
from vsidata.errors import VsiError
from vsidata.topics.rule_set import load_rules

LARGE = 30_000_000  # bytes: at this size, the memory limit is ten times the file plus 200 MB
WIDE, HIGH = 8192, 4096  # pixels, of a picture of 8K video


@dataclass(frozen=True)
class Found:
    """One file of the corpus.

    Attributes:
        what: a description of the file.
        reader: the parser that the file once crashed.
        make: makes the bytes of the file.
        fault: a part of the expected message.
        large: whether the file takes seconds to make.
    """

    what: str
    reader: str
    make: Callable[[], bytes]
    fault: str
    large: bool = False


def _table(rows: bytes) -> bytes:
    return b"raw_category\tnyu40id\n" + rows


def _json_of(many: bytes) -> Callable[[], bytes]:
    return lambda: b'{"segGroups":[' + many * (LARGE // len(many)) + b"0]}"


def _rooms() -> bytes:
    return b"{" + b",".join(b'"r%x":{"dataset":"a"}' % number for number in range(LARGE // 25)) + b"}"


def _many_keys() -> bytes:
    return b'{"a":{' + b",".join(b'"%x":1' % number for number in range(LARGE // 9)) + b"}}"


def _laughs() -> bytes:
    """Return nine lines of YAML. The last expands to a huge number of values ("billion laughs")."""
    lines = [b"a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [b"a%d: &a%d [%s]" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 9)]
    return b"\n".join(lines)


def _laughs_in_a_key() -> bytes:
    """Return such aliases inside a key.

    PyYAML reads them completely before it finds that a list cannot be a key.
    """
    lists = [b"&a0 [x, x, x, x, x, x, x, x, x]"]
    lists += [b"&a%d [%s]" % (n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 9)]
    return b"? [" + b", ".join(lists) + b"]\n: 1\n"


def _card(path: bytes = b"qa/train-*.parquet") -> bytes:
    return by_name("card").valid.replace(b"qa/train-*.parquet", path)


def _inflating() -> bytes:
    packed = zlib.compress(bytes(2 * WIDE * HIGH), 9)
    return Sens([Frame(depth=packed)], depth_size=(WIDE, HIGH)).bytes()


def _scans_without_end() -> bytes:
    """Return a progressive JPEG that repeats a scan many times.

    Decoding a scan passes over the whole picture.
    """
    picture = jpeg(100, progressive=True)
    start = picture.index(b"\xff\xda")
    end = picture.find(b"\xff", start + 2)
    return picture[:start] + picture[start:end] * 400 + picture[start:]


def _mesh(vertices: int, faces: int, kind: str) -> bytes:
    """Return a mesh with faces that need few bytes for their corners."""
    header = (
        f"ply\nformat binary_little_endian 1.0\nelement vertex {vertices}\nproperty float x\n"
        f"property float y\nproperty float z\nproperty uchar red\nelement face {faces}\n"
        f"property list uchar {kind} vertex_indices\nend_header\n"
    )
    corners = struct.pack({"char": "<Bbbb", "ushort": "<BHHH"}[kind], 3, 0, 1, 2)
    return header.encode() + struct.pack("<fffB", 1, 2, 3, 9) * vertices + corners * faces


def _rules(line: bytes) -> Callable[[], bytes]:
    return lambda: b"extends: wide\n" + line


FOUND = [
    Found(
        "list field longer than the csv module reads",
        "labels",
        lambda: _table(b"a" * 200_000 + b"\t1\n"),
        "not a table",
    ),
    Found(
        "class of 5,000 digits",
        "labels",
        lambda: _table(b"a\t" + b"9" * 5000 + b"\n"),
        "line 2 has raw_category",
    ),
    Found(
        "table of a million labels",
        "labels",
        lambda: _table(b"ab\t1\n" * 1_000_000),
        "too many for such a file",
        True,
    ),
    Found(
        "a line of millions of words",
        "txt",
        lambda: b"axisAlignment = " + b"10 " * 5_000_000,
        "too many for such a file",
        True,
    ),
    Found("millions of lines", "txt", lambda: b"ab\n" * 5_000_000, "too many for such a file", True),
    Found("millions of empty lists", "aggregation", _json_of(b"[],"), "so many small items", True),
    Found("millions of empty objects", "aggregation", _json_of(b"{},"), "so many small items", True),
    Found("millions of short strings", "aggregation", _json_of(b'"ab",'), "so many small items", True),
    Found("millions of keys", "segs", _many_keys, "so many small items", True),
    Found("a million rooms", "meta-info", _rooms, "so many small items", True),
    Found(
        "label of megabytes",
        "aggregation",
        lambda: b'{"segGroups":[{"objectId":1,"label":["%s"]}]}' % (b"a" * 4_000_000),
        "its label is",
    ),
    Found(
        "id of another scan in megabytes",
        "segs",
        lambda: b'{"sceneId":["scene9999_99%s"],"segIndices":[1]}' % (b"a" * 4_000_000),
        "another scan",
    ),
    Found(
        "millions of faces on three vertices",
        "ply",
        lambda: _mesh(3, 7_500_000, "char"),
        "too many for a surface",
        True,
    ),
    Found("depth that inflates a thousandfold", "sens", _inflating, "too large for a frame of a video"),
    Found(
        "depth PNG that says it is 8K", "png", lambda: png_of(WIDE, HIGH), "too large for a frame of a video"
    ),
    Found(
        "JPEG with scans without end", "jpeg", _scans_without_end, "scans, too many for a picture of a camera"
    ),
    Found("aliases of aliases of aliases", "rules", _laughs, "are recursive or expand to too much data"),
    Found("alias of itself", "rules", lambda: b"a: &a [*a]", "are recursive or expand to too much data"),
    Found("nested lists", "rules", lambda: b"a: " + b"[" * 20_000, "more than 32 levels"),
    Found("nested mappings", "rules", lambda: b"{a: " * 10_000, "more than 32 levels"),
    Found("nested items", "rules", lambda: b"a:\n" + b"- " * 20_000 + b"a", "more than 32 levels"),
    Found("number of 5,000 digits", "rules", _rules(b"name: " + b"9" * 5000), "a value cannot be read"),
    Found("99th day of the 99th month", "rules", _rules(b"name: 2001-99-99"), "a value cannot be read"),
    Found(
        "Python's own objects",
        "rules",
        _rules(b"name: !!python/object:os.system {}"),
        r"tags \(!\) are not supported",
    ),
    Found("number that is none", "rules", _rules(b"name: !!int abc"), r"tags \(!\) are not supported"),
    Found("key that is a list", "rules", lambda: b"{[1]: 2}", "a key is a list or a mapping"),
    Found("key that is a mapping", "rules", lambda: b"{{a: 1}: 2}", "a key is a list or a mapping"),
    Found("key that is a number", "rules", lambda: b"1: 2", "the key `1` is not text"),
    Found("aliases of aliases inside a key", "rules", _laughs_in_a_key, "a key is a list or a mapping"),
    Found("alias of a list as a key", "rules", lambda: b"a: &a [x]\n*a : 1", "a key is a list or a mapping"),
    Found(
        "hexadecimal number of 6,000 digits",
        "options",
        lambda: b"out: a\nworkers: 0x" + b"f" * 6000,
        "64 bits",
    ),
    Found("name that no file can have", "rules", lambda: b"extends: " + b"a" * 5000, "is not a rule set"),
    Found(
        "card nested 3,000 deep",
        "card",
        lambda: b"---\nconfigs: " + b"[" * 3000 + b"\n---\n",
        "more than 32 levels",
    ),
    Found(
        "card of aliases of aliases",
        "card",
        lambda: b"---\n" + _laughs() + b"\n---\n",
        "are recursive",
    ),
    Found("card whose paths are numbers", "card", lambda: _card(b"7"), "valid string"),
    Found(
        "card of two megabytes",
        "card",
        lambda: _card() + b"a" * 2_000_000,
        "at most 1,048,576 are allowed",
    ),
    Found("a lone equals sign", "rules", _rules(b"name: ="), "a value cannot be read"),
    Found("a file's name with a zero byte", "rules", lambda: b'extends: "\\0.yaml"', "cannot be a file name"),
    Found(
        "share of thousands of digits", "options", lambda: b"out: a\nholdout: " + b"9[" * 9000, "`holdout` is"
    ),
    Found("half a character", "rules", _rules(b'name: "\\ud800"'), "half a character"),
    Found(
        "rules of a megabyte",
        "rules",
        lambda: b"a: [" + b"a," * 500_000 + b"]",
        "at most 65,536 are allowed",
    ),
]


@pytest.mark.parametrize(
    "found",
    [pytest.param(one, marks=[pytest.mark.soak] if one.large else [], id=one.what) for one in FOUND],
)
def test_a_file_of_the_corpus_is_refused_within_time_and_memory(tmp_path, found):
    reader = by_name(found.reader)
    data = found.make()
    path = reader.put(tmp_path, data)
    with pytest.raises(VsiError, match=found.fault) as caught, within_limits(len(data)):
        reader.read(path)
    assert len(str(caught.value).splitlines()) == 2
    assert len(str(caught.value)) < 2000


def test_rules_that_are_a_pipe_are_refused_without_blocking(tmp_path):
    os.mkfifo(tmp_path / "a.yaml")
    with pytest.raises(VsiError, match="is not a regular file"), within_limits(0):
        by_name("rules").read(tmp_path / "a.yaml")


@pytest.mark.parametrize(("files", "fault"), [(10, None), (1200, "files extend one another")])
def test_a_chain_of_rule_files_is_read_up_to_a_length(tmp_path, files, fault):
    for number in range(files):
        base = "wide" if number == 0 else f"{number - 1}.yaml"
        (tmp_path / f"{number}.yaml").write_text(f"extends: {base}\n")
    last = tmp_path / f"{files - 1}.yaml"
    if fault is None:
        assert load_rules(last).extends == "wide"
        return
    with pytest.raises(VsiError, match=fault), within_limits(0):
        load_rules(last)


@pytest.mark.soak
@pytest.mark.parametrize(
    ("reader", "make"),
    [
        ("segs", lambda: b'{"sceneId":"%s","segIndices":[' % NAME.encode() + b"1," * (LARGE // 2) + b"1]}"),
        ("sens", lambda: Sens([Frame(jpeg=b"", depth=b"")] * (LARGE // 96)).bytes()),
        ("ply", lambda: _mesh(60_000, 3_800_000, "ushort")),
    ],
    ids=["segments", "frames", "faces"],
)
def test_large_valid_files_are_read_within_memory(tmp_path, reader, make):
    data = make()
    path = by_name(reader).put(tmp_path, data)
    with within_limits(len(data)):
        by_name(reader).read(path)
