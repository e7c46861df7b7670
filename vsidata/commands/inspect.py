"""`vsidata inspect`."""

from pathlib import Path
from typing import Annotated

import typer

from vsidata.commands.source_options import MetaInfo, Root, ScanNetRoot, Source, TopicFile
from vsidata.errors import VsiError
from vsidata.plain_text import echo, echo_json
from vsidata.rules.seeds import LARGEST_SEED


def inspect(
    scene: Annotated[str, typer.Argument(metavar="SCENE", help="A scan: scene0000_00.")],
    scannet_root: ScanNetRoot = None,
    meta_info: MetaInfo = None,
    source: Source = None,
    root: Root = None,
    rules: Annotated[str, typer.Option(help="Rule set by name, or a YAML file.")] = "wide",
    topic_file: TopicFile = None,
    topics: Annotated[
        str | None, typer.Option(help="Ask only about these topics, separated by commas.")
    ] = None,
    frames: Annotated[int, typer.Option(min=0, help="Frames to look at, as in a build.")] = 16,
    visibility: Annotated[
        bool, typer.Option("--visibility/--no-visibility", help="Ask only what the frames show, or all.")
    ] = True,
    seed: Annotated[
        int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of every random draw, as in a build.")
    ] = 0,
    questions: Annotated[bool, typer.Option("--questions", help="Print every question.")] = False,
    question: Annotated[
        str | None, typer.Option(metavar="N|ID", help="Print this one, and draw its evidence.")
    ] = None,
    png: Annotated[Path | None, typer.Option(help="File for a floor plan (extra `plot`).")] = None,
    rrd: Annotated[Path | None, typer.Option(help="File for Rerun's viewer (extra `viewer`).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
) -> None:
    """Show one scan: its objects with their boxes, its room, its questions, and what is doubtful.

    Questions are those that a build asks of it with the same options, before the build balances the answers
    over all of its scans. Rooms that benchmarks show can be inspected. Reads the scan; writes the files that
    --png and --rrd name, and nothing else.
    """
    from vsidata.pages import extras

    if png:
        extras.need_package("adjustText", "plot", "--png")  # which needs matplotlib
    if rrd:
        extras.need_package("rerun", "viewer", "--rrd")
    import orjson

    from vsidata.pages import inspection
    from vsidata.pages import inspection_text as words
    from vsidata.screen.terminal import console
    from vsidata.sources.registry import open_source, place_of
    from vsidata.sources.streams.shown import Framing
    from vsidata.topics.rule_set import load_rules

    found = inspection.inspect(
        open_source(*place_of("vsidata inspect", scannet_root, meta_info or (), source, root)),
        scene,
        load_rules(rules, topic_file or ()),
        topics=None if topics is None else [topic.strip() for topic in topics.split(",")],
        framing=Framing(frames) if frames else None,
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
        for each in found.questions if questions else filter(None, [asked]):
            echo(f"{words.question_in_words(found, each)}\n")
        lines = words.closing_lines(found)
        if found.questions and not (questions or question or png or rrd):
            lines.append(words.next_line(found))
        screen.print(*lines, sep="\n", soft_wrap=True)


def _write(file: Path, content: bytes) -> None:
    """Write what the user named: whole, or not at all."""
    from vsidata.files.atomic import write_whole

    try:
        write_whole(file, [content])
    except OSError as error:
        fault = f"cannot be written: {error.strerror or error}"
        raise VsiError(file, fault, "Name a file in an existing folder that you can write to.") from error
