"""Reads a scan's annotation.

`.segs.json` groups vertices into segments, `.aggregation.json` segments into objects.
"""

import re
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from warnings import catch_warnings

import numpy as np

from vsidata.errors import ScanError
from vsidata.scene import IntArray
from vsidata.sources.scan_file import (
    Fault,
    faults_of,
    json_type,
    parse_json_object,
    read_scan_file,
    read_scan_json,
)

_SCAN_ID = re.compile(r"scene\d{4}_\d{2}", re.ASCII)
_SEGMENTS_KEY = re.compile(rb'"segIndices"\s*:\s*\[')
_FULL_RESOLUTION_SEGMENTS = "_vh_clean.segs.json"


class Group(NamedTuple):
    """One annotated object.

    Attributes:
        instance: its `objectId`.
        label: the annotator's words, with white space collapsed.
        segments: the ids of its segments, sorted, each once. A segment may have no vertices.
    """

    instance: int
    label: str
    segments: IntArray


def read_segments(path: Path, scan: str, remedy: str) -> IntArray:
    """Read the segment id of each vertex, (n,).

    Raises:
        ScanError: the file cannot be read, belongs to another scan, or its `segIndices` are not a list of
            integers of 0 or more.
    """
    data = read_scan_file(path, remedy)
    with faults_of(path, remedy):
        content, segments = _split_off_segments(data)
        _check_scan(content, scan)
        if not len(segments):
            raise Fault("its segIndices are empty")
        return segments


def read_groups(path: Path, scan: str, remedy: str) -> list[Group]:
    """Read the annotated objects, in the file's order. A segment that an object lists twice counts once.

    Raises:
        ScanError: the file cannot be read, annotates another scan or the full-resolution mesh, has no
            objects, has two objects with one id, or has an object without id, label or list of segments.
    """
    content = read_scan_json(path, remedy)
    if str(content.get("segmentsFile")).endswith(_FULL_RESOLUTION_SEGMENTS):
        # Its segment ids are not those of the decimated mesh.
        fault = f"annotates the full-resolution mesh ({content['segmentsFile']!s:.80}), not the decimated one"
        raise ScanError(path, fault, "Download the decimated mesh's annotation (--type .aggregation.json).")
    with faults_of(path, remedy):
        _check_scan(content, scan)
        listed = content.get("segGroups")
        if not isinstance(listed, list):
            raise Fault(f"segGroups: {json_type(listed)}, not a list")
        if not listed:
            raise Fault("its segGroups are empty: nothing is annotated")
        groups = [_group(entry, f"segGroups[{position}]") for position, entry in enumerate(listed)]
        first_with: dict[int, int] = {}
        for position, group in enumerate(groups):
            if first_with.setdefault(group.instance, position) != position:
                first = first_with[group.instance]
                raise Fault(f"segGroups[{first}] and [{position}] both have objectId {group.instance}")
        return groups


def _split_off_segments(data: bytes) -> tuple[dict[str, Any], IntArray]:
    """Read a file's content, and its `segIndices` as an array.

    A plain list of numbers is parsed by numpy: three times faster than JSON, which makes 150,000 Python
    integers. Everything else is parsed as JSON, which also reports faults.
    """
    key = _SEGMENTS_KEY.search(data)
    end = data.find(b"]", key.end()) if key else -1
    if key and end > 0:
        with suppress(DeprecationWarning, ValueError), catch_warnings(action="error"):
            segments = np.fromstring(data[key.end() : end], dtype=np.int64, sep=",")
            content = parse_json_object(data[: key.end()] + data[end:])
            if (
                content.get("segIndices") == []
                and segments.min(initial=0) >= 0
                and segments.max(initial=0) < 2**62
            ):
                return content, segments
    content = parse_json_object(data)
    return content, _segment_ids(content.get("segIndices"), "segIndices")


def _group(entry: Any, where: str) -> Group:
    if not isinstance(entry, dict):
        raise Fault(f"{where}: {json_type(entry)}, not an object")
    instance, label = entry.get("objectId"), entry.get("label")
    if type(instance) is not int or not 0 <= instance < 2**31:
        raise Fault(f"{where}: its objectId is {instance!r:.80}, not an integer of 0 or more")
    if not isinstance(label, str) or not label.split():
        raise Fault(f"{where}: its label is {label!r:.80}")
    segments = _segment_ids(entry.get("segments"), f"{where}.segments")
    return Group(instance, " ".join(label.split()), np.unique(segments))


def _segment_ids(listed: Any, what: str) -> IntArray:
    """Return a JSON list of integers of 0 or more as an array."""
    if not isinstance(listed, list):
        raise Fault(f"{what}: {json_type(listed)}, not a list")
    for position, id_ in enumerate(listed):
        if type(id_) is not int or not 0 <= id_ < 2**63:
            raise Fault(f"{what}[{position}]: {id_!r:.40}, not a segment's number")
    return np.array(listed, dtype=np.int64)


def _check_scan(content: dict[str, Any], scan: str) -> None:
    """Refuse a file of another scan. Its sceneId may be `scannet.scene0000_00` or `scene0000_00`."""
    named = _SCAN_ID.search(str(content.get("sceneId")))
    if named and named.group() != scan:
        raise Fault(f"belongs to another scan: its sceneId is {content['sceneId']!s:.80}")
