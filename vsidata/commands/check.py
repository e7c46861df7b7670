"""`vsidata check`."""

from typing import Annotated

import typer

from vsidata.commands.options import AsJson, ScanNetRoot
from vsidata.plain_text import echo_json


def check(
    scannet_root: ScanNetRoot,
    quick: Annotated[
        bool, typer.Option("--quick", help="Read annotations only, no geometry and no frames.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the scans: missing files, what is lost without them, and doubtful annotations.

    Reads the scans; writes nothing.
    """
    import orjson

    from vsidata.analysis import check_table
    from vsidata.analysis.check import check_scan, standards
    from vsidata.screen.terminal import console, progress
    from vsidata.sources.scannet import ScanNet

    source = ScanNet.open([scannet_root])
    against = standards(source)
    with progress(console(stderr=True)) as bar:
        names = bar.track(source.names(), description="scans")
        reports = [check_scan(source, name, against, quick) for name in names]
    if as_json:
        echo_json(orjson.dumps(check_table.as_json(source, against, reports), option=orjson.OPT_INDENT_2))
    else:
        screen = console()
        screen.print(check_table.scan_table(reports))
        if missing := check_table.missing_table(reports):
            screen.print(missing)
        closing = check_table.closing_lines(source, against, reports)
        screen.print(*closing, sep="\n", soft_wrap=True)
    raise typer.Exit(0 if any(report.fault is None for report in reports) else 1)
