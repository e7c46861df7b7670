"""`vsidata inspect`."""

from pathlib import Path
from typing import Annotated

import typer

from vsidata.commands.options import (
    DEFAULTS,
    AsJson,
    FramesOrNone,
    MetaInfoOrNone,
    Root,
    Rules,
    ScanNetRootOrNone,
    Seed,
    Source,
    TopicFile,
    Topics,
    Visibility,
    names,
)
from vsidata.errors import VsiError
from vsidata.plain_text import echo, echo_json


def inspect(
    scene: Annotated[str, typer.Argument(metavar="SCENE", help="Inspect this scan, such as scene0000_00.")],
    scannet_root: ScanNetRootOrNone = None,
    meta_info: MetaInfoOrNone = None,
    source: Source = None,
    root: Root = None,
    rules: Rules = str(DEFAULTS.rules),
    topic_file: TopicFile = None,
    topics: Topics = None,
    frames: FramesOrNone = None,
    visibility: Visibility = DEFAULTS.visibility,
    seed: Seed = DEFAULTS.seed,
    all_questions: Annotated[bool, typer.Option("--all-questions", help="Print every question.")] = False,
    question: Annotated[
        str | None,
        typer.Option(metavar="N|ID", help="Print this question, by number or id, and draw its evidence."),
    ] = None,
    png: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw a floor plan to this file (extra `plot`).")
    ] = None,
    rrd: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write this file for the viewer Rerun (extra `viewer`)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show one scan: its objects with their boxes, its room, its questions, and doubts about it.

    The questions are those of a build with the same options, before the build balances the answers over all
    of its scans. Rooms of benchmarks can be inspected. Reads the scan; writes only the files of --png and
    --rrd.
    """
    from vsidata.pages import extras

    if png:
        extras.need_package("adjustText", "plot", "--png")  # adjustText needs matplotlib
    if rrd:
        extras.need_package("rerun", "viewer", "--rrd")
    import orjson

    from vsidata.pages import inspection
    from vsidata.pages import inspection_text as words
    from vsidata.screen.terminal import console
    from vsidata.sources.registry import open_source, place_of
    from vsidata.sources.streams.shown import Framing
    from vsidata.topics.rule_set import load_rules

    rule_set = load_rules(rules, topic_file or ())
    count = rule_set.frames_to_show(frames)
    found = inspection.inspect(
        open_source(*place_of("vsidata inspect", scannet_root, meta_info or (), source, root)),
        scene,
        rule_set,
        topics=names(topics),
        framing=Framing(count) if count else None,
        visibility=visibility,
        seed=seed,
    )
    asked = None if question is None else inspection.find_question(found, question)
    if png:
        from vsidata.pages.picture import picture

        _write(png, picture(found, asked))
    if rrd:
        from vsidata.pages.recording import recording

        _write(rrd, recording(found, asked))
    if as_json:
        option = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY
        echo_json(orjson.dumps(words.as_json(found), option=option))
    else:
        screen = console()
        for part in (words.fact_table, words.object_table, words.topic_table):
            screen.print(part(found), "")
        for each in found.questions if all_questions else filter(None, [asked]):
            echo(f"{words.question_in_words(found, each)}\n")
        lines = words.closing_lines(found)
        if found.questions and not (all_questions or question or png or rrd):
            lines.append(words.next_line(found))
        screen.print(*lines, sep="\n", soft_wrap=True)


def _write(file: Path, content: bytes) -> None:
    """Write a file of the user completely, or not at all."""
    from vsidata.files.atomic import write_whole

    try:
        write_whole(file, [content])
    except OSError as error:
        fault = f"cannot be written: {error.strerror or error}"
        raise VsiError(file, fault, "Pass a file in an existing folder that is writable.") from error
