"""`vsidata audit`."""

from vsidata.commands.options import DEFAULTS, AsJson, BuildFolderOrNone, QuestionsOrNone, Seed
from vsidata.errors import OptionError
from vsidata.plain_text import echo_json


def audit(
    folder: BuildFolderOrNone = None,
    questions: QuestionsOrNone = None,
    seed: Seed = DEFAULTS.seed,
    as_json: AsJson = False,
) -> None:
    """Estimate the score of a blind model, and check letters, repeated questions and margins.

    Guesses answers from the words of the questions alone, by constants and by a random forest that is trained
    on other rooms. Scores the guesses as VSI-Bench does. The random seed splits the rooms into parts and
    grows the forests. Reads DIR and writes DIR/audit.json; with --json, writes nothing. With --questions
    instead of DIR, reads that file and writes nothing.
    """
    import orjson

    from vsidata.analysis.audit import audit as auditing
    from vsidata.analysis.audit import audit_text
    from vsidata.dataset.build import Build
    from vsidata.screen.terminal import console, progress

    if (folder is None) == (questions is None):
        raise OptionError("vsidata audit", "needs a build or --questions, but not both.", "Pass one of them.")
    build = Build.open(folder) if folder else None
    if questions is not None:
        asked = auditing.questions_of_file(questions)
    elif build is not None:
        asked = auditing.questions_of_build(build)
    with progress(console(stderr=True)) as bar:
        task = bar.add_task("guesses", total=None)
        found = auditing.audit(
            asked,
            build.manifest if build else None,
            seed=seed,
            started=lambda steps: bar.update(task, total=steps),
            done=lambda: bar.advance(task),
        )
    if as_json:
        echo_json(orjson.dumps(found, option=orjson.OPT_INDENT_2))
        return
    screen = console()
    screen.print(audit_text.score_table(found))
    lines = audit_text.closing_lines(found)
    if folder:
        lines.append(f"Written: {auditing.write_audit(folder, found)}.")
    screen.print(*lines, sep="\n", soft_wrap=True)
