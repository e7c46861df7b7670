"""`vsidata report`."""

from vsidata.commands.options import AsJson, BuildFolder
from vsidata.plain_text import echo_json


def report(
    folder: BuildFolder,
    as_json: AsJson = False,
) -> None:
    """Write pages that show a build: its figures, the floor plan of each scene, the evidence of each answer.

    Reads DIR. Writes DIR/report in place of an earlier report, and nothing else. Open the pages from the
    disk; they need no network. They show small pictures of the frames. `vsidata push` never uploads pages.
    """
    import orjson

    from vsidata.dataset.build import Build
    from vsidata.pages import site
    from vsidata.pages.report_text import as_json as in_json
    from vsidata.pages.report_text import closing_lines
    from vsidata.screen.terminal import console, progress

    with progress(console(stderr=True)) as bar:
        task = bar.add_task("scenes", total=None)
        done = site.write_report(
            Build.open(folder),
            started=lambda scenes: bar.update(task, total=scenes),
            done=lambda: bar.advance(task),
        )
    if as_json:
        echo_json(orjson.dumps(in_json(done), option=orjson.OPT_INDENT_2))
    else:
        console().print(*closing_lines(done), sep="\n", soft_wrap=True)
