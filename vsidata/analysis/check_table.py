"""The output of `vsidata check`: one line per scan, then the missing files and the doubts of all scans."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from vsidata.analysis.annotation import FindingKind
from vsidata.analysis.check import ScanReport, Standards, scan_files
from vsidata.errors import ScanError
from vsidata.plain_text import counted
from vsidata.sources.scannet import ScanNet

_DOUBTS: Mapping[FindingKind, str] = {
    "unannotated": "objects are missing",
    "unaligned": "no vertical direction is stated",
    "poses": "the camera poses do not fit the mesh",
    "changed": "files differ from the synthetic mark",
    "listed twice": "an object is listed twice",
    "hides several": "one object may stand for several things",
    "in pieces": "an object is in pieces",
    "empty": "an object has no vertices",
    "unknown label": "a label is unknown",
    "classes": "label and class differ",
}


def as_json(source: ScanNet, against: Standards, reports: Sequence[ScanReport]) -> dict[str, Any]:
    """Everything that was found, as data for a program."""
    return {
        "root": str(source.root),
        "dataset": source.dataset,
        "usable": sum(report.fault is None for report in reports),
        "label_table": _fault(against.without_table),
        "scans": [
            {
                "scene_name": report.name,
                "dataset": report.dataset,
                "official_split": report.official,
                "forbidden_by": report.forbidden_by,
                "objects": report.objects,
                "vertices": report.vertices,
                "missing": [
                    {
                        "file": f"{report.name}{file.suffix}",
                        "costs": file.without,
                        "download_type": file.suffix,
                    }
                    for file in report.missing
                ],
                "fault": _fault(report.fault),
                "findings": [
                    {"kind": found.kind, "text": found.text, "instances": found.instances}
                    for found in report.findings
                ],
            }
            for report in reports
        ],
    }


def scan_table(reports: Iterable[ScanReport]) -> Table:
    """One row per scan."""
    table = Table(
        "scan", "list", "objects", "vertices", "missing", "fault or doubts", box=None, pad_edge=False
    )
    for column in (2, 3):
        table.columns[column].justify = "right"
    for report in reports:
        doubts = "\n".join(found.text for found in report.findings)
        table.add_row(
            report.name,
            _list(report),
            _number(report.objects),
            _number(report.vertices),
            " ".join(file.suffix for file in report.missing),
            f"{Path(report.fault.file).name}: {report.fault.fault}" if report.fault else doubts,
        )
    return table


def missing_table(reports: Sequence[ScanReport]) -> Table | None:
    """Each missing file, what is lost without it, and how to download it. None if no file is missing."""
    lacking = Counter(file.suffix for report in reports for file in report.missing)
    if not lacking:
        return None
    table = Table("scans", "lack", "consequence", "download with", box=None, pad_edge=False)
    table.columns[0].justify = "right"
    for file in scan_files():
        if lacking[file.suffix]:
            table.add_row(f"{lacking[file.suffix]:,}", file.holds, file.without, f"--type {file.suffix}")
    return table


def closing_lines(source: ScanNet, against: Standards, reports: Sequence[ScanReport]) -> list[str]:
    """The number of usable scans, the doubts, and what to do next."""
    usable = sum(report.fault is None for report in reports)
    refused = sum(report.forbidden_by is not None for report in reports)
    lines = []
    if against.without_table is not None:
        table = against.without_table
        lines.append(
            f"Labels are not compared with ScanNet's table: {table.file} {table.fault} {table.remedy}"
        )
    doubts = Counter(kind for report in reports for kind in {found.kind for found in report.findings})
    if doubts:
        listed = ", ".join(f"{_DOUBTS[kind]} ({count:,})" for kind, count in sorted(doubts.items()))
        lines.append(f"Doubts (number of scans): {listed}.")
    faults = [report for report in reports if report.fault is not None]
    lines += [f"{report.name}: {report.fault}" for report in faults]
    datasets = sorted(Counter(report.dataset for report in reports).items())
    scans = " and ".join(f"{counted(count, 'scan')} of {name}" for name, count in datasets)
    found = f"{scans} in {source.root}: {usable:,} can be used"
    if refused:
        found += f"; the leak guard refuses {refused:,} because they show rooms kept for evaluation"
    return [*lines, f"{found}."]


def _list(report: ScanReport) -> str:
    if report.dataset == "synthetic":
        return "synthetic"
    return f"{report.official or '-'}{' (refused)' if report.forbidden_by else ''}"


def _number(count: int | None) -> str:
    return "?" if count is None else f"{count:,}"


def _fault(error: ScanError | None) -> dict[str, str] | None:
    return None if error is None else {"file": error.file, "fault": error.fault, "remedy": error.remedy}
