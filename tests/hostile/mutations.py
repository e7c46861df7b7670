"""Mutations of valid files: flipped bytes, parts that are cut or repeated, extreme numbers, other values."""

import json
import re
import struct
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_LINE_OR_PAIR = re.compile(rb'[^\n]*\n|"[^"]*"\s*:\s*[^,{}\[\]]*,')

EXTREMES = [0, 1, -1, 127, 255, 2**15, 2**31 - 1, 2**31, 2**32 - 1, 2**62, 2**63 - 1, 2**63, 2**64 - 1]
TEXTS = [
    *(str(number).encode() for number in EXTREMES),
    b"-1",
    b"1e999",
    b"-1e308",
    b"NaN",
    b".inf",
    b"9" * 5000,
    b"0x",
    b"1:99:99",
    b"2001-99-99",
    b"~",
    b"true",
]
VALUES: list[Any] = [
    None, True, -1, 0, 1.5, 2**31, 2**53, 2**62, 2**63, 2**64 - 1, 1e308, -1e308, "", " ", "\0", "../../etc",
    "a" * 3000, "\x1b[31m", "\n", [], {}, [[]], [None], {"": {}}, [0] * 300, "scene0000_00", "x.scene9999_99",
]  # fmt: skip

Draw = Callable[[st.SearchStrategy[Any]], Any]


@st.composite
def mutated(draw: Draw, data: bytes) -> bytes:
    """Apply one to four mutations to a valid file."""
    for mutate in draw(st.lists(st.sampled_from(_MUTATIONS), min_size=1, max_size=4)):
        if data:
            data = mutate(draw, data)
    return data[:1_000_000]


@st.composite
def exchanged(draw: Draw, data: bytes) -> bytes:
    """Replace one to three values in JSON by arbitrary values. The result is still JSON."""
    for _ in range(draw(st.integers(1, 3))):
        data = _exchange_value(draw, data)
    return data


def _place(draw: Draw, data: bytes) -> int:
    """Draw a position. Half of the positions are near the beginning, where headers are."""
    return draw(st.integers(0, min(len(data) - 1, 500)) | st.integers(0, len(data) - 1))


def _flip(draw: Draw, data: bytes) -> bytes:
    at = _place(draw, data)
    return data[:at] + bytes((data[at] ^ 1 << draw(st.integers(0, 7)),)) + data[at + 1 :]


def _overwrite(draw: Draw, data: bytes) -> bytes:
    at, new = _place(draw, data), draw(st.binary(min_size=1, max_size=12))
    return data[:at] + new + data[at + len(new) :]


def _cut(draw: Draw, data: bytes) -> bytes:
    return data[: _place(draw, data)]


def _remove(draw: Draw, data: bytes) -> bytes:
    at = _place(draw, data)
    return data[:at] + data[at + draw(st.integers(1, 300)) :]


def _repeat(draw: Draw, data: bytes) -> bytes:
    at, length = _place(draw, data), draw(st.integers(1, 60))
    return data[:at] + data[at : at + length] * draw(st.sampled_from([2, 3, 50, 2000])) + data[at + length :]


def _move(draw: Draw, data: bytes) -> bytes:
    at, to, length = _place(draw, data), _place(draw, data), draw(st.integers(1, 200))
    return data[:to] + data[at : at + length] + data[to:]


def _double(draw: Draw, data: bytes) -> bytes:
    """Write a line, or a key with its value, twice."""
    found = list(_LINE_OR_PAIR.finditer(data[:20_000]))
    if not found:
        return data
    one = draw(st.sampled_from(found))
    return data[: one.end()] + one.group() + data[one.end() :]


def _blow_up_text(draw: Draw, data: bytes) -> bytes:
    found = list(_NUMBER.finditer(data[:20_000]))
    if not found:
        return data
    one = draw(st.sampled_from(found))
    return data[: one.start()] + draw(st.sampled_from(TEXTS)) + data[one.end() :]


def _blow_up_binary(draw: Draw, data: bytes) -> bytes:
    at, number = _place(draw, data), draw(st.sampled_from(EXTREMES))
    layout = draw(st.sampled_from(["<H", "<I", "<Q", "<f", "<d"]))
    if layout in ("<f", "<d"):
        new = struct.pack(layout, draw(st.sampled_from([float("nan"), float("inf"), -3e38, 1e-40, 1e30])))
    else:
        new = struct.pack(layout, number & (1 << 8 * struct.calcsize(layout)) - 1)
    return data[:at] + new + data[at + len(new) :]


def _nest(draw: Draw, data: bytes) -> bytes:
    at, opening = _place(draw, data), draw(st.sampled_from([b"[", b"{", b'{"a":', b"- ", b"? ", b"(", b"{{"]))
    return data[:at] + opening * draw(st.sampled_from([1, 40, 3000, 50_000])) + data[at:]


def _exchange_value(draw: Draw, data: bytes) -> bytes:
    """Replace a value anywhere in JSON by an arbitrary value. Other files are returned unchanged."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return data
    holder: Any = None
    key: Any = None
    value = content
    for _ in range(draw(st.integers(1, 6))):
        if isinstance(value, dict) and value:
            holder, key = value, draw(st.sampled_from(sorted(value)))
        elif isinstance(value, list) and value:
            holder, key = value, draw(st.integers(0, min(len(value) - 1, 20)))
        else:
            break
        value = holder[key]
    if holder is None:
        return data
    holder[key] = draw(st.sampled_from(VALUES))
    return json.dumps(content).encode()


_MUTATIONS = [
    _flip,
    _overwrite,
    _cut,
    _remove,
    _repeat,
    _move,
    _double,
    _blow_up_text,
    _blow_up_binary,
    _nest,
    _exchange_value,
    _exchange_value,
]
