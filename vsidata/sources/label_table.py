"""ScanNet's table of labels, `scannetv2-labels.combined.tsv`: the NYU40 class of each raw label."""

import csv
import re
from pathlib import Path

from vsidata.sources.scan_file import Fault, faults_of, read_scan_text

LABEL_TABLE = "scannetv2-labels.combined.tsv"

_NYU40 = re.compile(r"\d{1,2}", re.ASCII)
_REMEDY = "Download it again (--label_map)."


def read_label_table(path: Path) -> dict[str, int]:
    """Return the NYU40 class (1 to 40) of each raw label. White space around labels is removed.

    Args:
        path: a tab-separated table; the columns `raw_category` and `nyu40id` are read.

    Raises:
        ScanError: the file cannot be read or is not text, or a row lacks one of these columns.
    """
    text = read_scan_text(path, _REMEDY)
    with faults_of(path, _REMEDY):
        classes: dict[str, int] = {}
        try:
            rows = list(csv.DictReader(text.splitlines(), delimiter="\t"))
        except csv.Error as error:
            raise Fault(f"is not a table: {error}") from None
        for number, row in enumerate(rows, start=2):
            label, nyu40 = row.get("raw_category"), row.get("nyu40id")
            if not label or not nyu40 or not _NYU40.fullmatch(nyu40.strip()):
                raise Fault(f"line {number} has raw_category {label!r:.80} and nyu40id {nyu40!r:.80}")
            classes[" ".join(label.split())] = int(nyu40)
        return classes
