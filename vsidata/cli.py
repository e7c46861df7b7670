"""The command line of vsidata. Imports nothing heavy at the top: each command imports what it needs."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from vsidata.errors import OptionError, VsiError
from vsidata.plain_text import echo, echo_json, printable
from vsidata.seeds import LARGEST_SEED
from vsidata.stopping import goes_on_later

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer(
    help="Questions about space, with their answers and the evidence, from annotated 3D scans of rooms.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_show_locals=False,  # a token may be among them
)

# Where scans come from: the options of every command that takes them from any source.
_ScanNetRoot = Annotated[Path | None, typer.Option(help="Folder of ScanNet scans.")]
_MetaInfo = Annotated[
    list[Path] | None, typer.Option(help="File of VSI-Bench scene meta information, in place of a root.")
]
_Source = Annotated[
    str | None, typer.Option(help="scenezoo:NAME, a dataset that scenezoo reads, in place of a root.")
]
_Root = Annotated[Path | None, typer.Option(help="Folder of that dataset.")]


@app.command()
def build(
    out: Annotated[
        str | None,
        typer.Option(
            metavar="DIR|ADDRESS",
            help="Folder to write to; or s3://BUCKET/PATH, gs://BUCKET/PATH, hf://datasets/NAME/SET.",
        ),
    ] = None,
    work: Annotated[
        Path | None,
        typer.Option(help="Folder in which a build for an address is made (default: below vsidata-work)."),
    ] = None,
    scannet_root: _ScanNetRoot = None,
    meta_info: _MetaInfo = None,
    source: _Source = None,
    root: _Root = None,
    split: Annotated[
        str | None, typer.Option(help="Official list: train (default), val, test or all.")
    ] = None,
    holdout: Annotated[
        str | None, typer.Option(help="Share of rooms for a validation split, with all their scans: 5%.")
    ] = None,
    rules: Annotated[
        str | None, typer.Option(help="Rule set by name (default: wide), or a YAML file.")
    ] = None,
    topics: Annotated[
        str | None, typer.Option(help="Ask only about these topics, separated by commas.")
    ] = None,
    per_scene: Annotated[
        list[str] | None, typer.Option(help="TOPIC=N: at most N questions of a topic a scene.")
    ] = None,
    frames: Annotated[
        int | None, typer.Option(help="Frames of a scan that has a stream (default: 16; 0 for none).")
    ] = None,
    frame_size: Annotated[
        str | None, typer.Option(help="Their size, 640x480, or longest side, 640 (default: as stored).")
    ] = None,
    frame_quality: Annotated[
        int | None, typer.Option(help="1 to 100, of frames that are resized (default: 90).")
    ] = None,
    visibility: Annotated[
        bool | None,
        typer.Option("--visibility/--no-visibility", help="Ask only what the frames show (default), or all."),
    ] = None,
    embed: Annotated[
        bool | None, typer.Option("--embed", help="Also write each question with its frames inside.")
    ] = None,
    scenes: Annotated[
        str | None, typer.Option(help="Only these: names or patterns by commas, or N for the first N.")
    ] = None,
    engine: Annotated[
        str | None, typer.Option(help="Where scans run: local (default), ray or slurm.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes (default: one a processor), or tasks of a cluster.")
    ] = None,
    slurm: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Option of sbatch: partition=cpu, time=2:00:00."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=LARGEST_SEED, help="Seed of every random draw (default: 0).")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="YAML file of these options by name.")] = None,
    allow_benchmark_scenes: Annotated[
        bool | None, typer.Option("--allow-benchmark-scenes", help="Use rooms that benchmarks show, too.")
    ] = None,
    forbid: Annotated[
        list[Path] | None, typer.Option(help="CSV file (dataset,scene_name) of more rooms to leave out.")
    ] = None,
    strict: Annotated[
        bool | None, typer.Option("--strict", help="Exit with 1 if a scan was set aside.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Make questions from scans: reads every scan, asks it, and writes Parquet shards with their manifest.

    The same command goes on where a stopped build ended. Scans that cannot be used are set aside and named.
    With --engine slurm it submits that work, says how to watch it, and ends at once.

    A build for an address is made in a folder here and published when it is whole, and again only what
    changed. A bucket gets all of it, frames included, and loses shards of an earlier build there; the Hub
    gets what `vsidata push` sends without options. gs:// was never run against Google's own servers.
    """
    given = {
        name.replace("_", "-"): value for name, value in locals().items() if name not in ("config", "as_json")
    }
    with goes_on_later():
        import orjson

        from vsidata.build import build as run
        from vsidata.dataset import summary
        from vsidata.engines import submission
        from vsidata.options import read_options
        from vsidata.progress import ProgressBar
        from vsidata.terminal import console

        options = read_options(config, given)
        screen = console(quiet=as_json)
        if options.address:
            _reach(options.address)
        with ProgressBar(screen) as progress:
            done = run(options, progress)
    if isinstance(done, submission.Submission):
        if as_json:
            echo_json(orjson.dumps(submission.as_json(done), option=orjson.OPT_INDENT_2))
        lines = submission.closing_lines(done)
        screen.print(*lines, sep="\n", soft_wrap=True)
        return
    if (table := summary.drop_table(done)).row_count:
        screen.print(table)
    screen.print(*summary.closing_lines(done), sep="\n", soft_wrap=True)
    failed = not done.manifest["scenes"] or (options.strict and done.failures)
    if options.address and not failed:
        with goes_on_later():
            _publish(done.out, options.address, screen)
    if as_json:
        about = summary.as_json(done) | ({"address": options.address} if options.address else {})
        echo_json(orjson.dumps(about, option=orjson.OPT_INDENT_2))
    raise typer.Exit(1 if failed else 0)


def _reach(address: str) -> None:
    """See that a build may go to an address before there is one: hours later is late."""
    from vsidata.elsewhere import store
    from vsidata.elsewhere.address import on_hub

    if on_hub(address) is None:
        store.reach(address)
    else:
        from vsidata.hub.push import need_token

        need_token()


def _publish(folder: Path, address: str, screen: "Console") -> None:
    from vsidata.elsewhere.address import on_hub

    if dataset := on_hub(address):
        from vsidata.hub import push as pushing
        from vsidata.hub import words

        planned = pushing.plan(folder, *dataset)
        screen.print(*words.before(planned), sep="\n", soft_wrap=True)
        lines = words.after(planned, pushing.publish(planned))
    else:
        from vsidata.elsewhere import store
        from vsidata.elsewhere.words import published
        from vsidata.terminal import progress

        with progress(screen) as bar:
            task = bar.add_task("files", total=None)
            sent = store.publish(
                folder,
                address,
                started=lambda files: bar.update(task, total=files),
                done=lambda: bar.advance(task),
            )
        lines = published(sent)
    screen.print(*lines, sep="\n", soft_wrap=True)


@app.command()
def sample(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A build.")],
    count: Annotated[int, typer.Option("-n", "--count", min=1, help="How many.")] = 20,
    topic: Annotated[str | None, typer.Option(help="Print only questions of this topic.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of the random draw.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the rows as JSON lines.")] = False,
) -> None:
    """Print questions of a build, drawn evenly over the topics, with their evidence in words.

    Reads DIR; writes nothing.
    """
    from vsidata.dataset import browse

    _print_questions(browse.sample(folder, count, seed, topic), as_json)


@app.command()
def show(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A build.")],
    question: Annotated[str, typer.Argument(metavar="ID", help="A question's id, or how it begins.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the row as JSON.")] = False,
) -> None:
    """Print one question of a build with its evidence in words.

    Reads DIR; writes nothing.
    """
    from vsidata.dataset import browse

    _print_questions([browse.find(folder, question)], as_json)


def _print_questions(rows: list[dict[str, Any]], as_json: bool) -> None:
    import orjson

    from vsidata.dataset.browse import in_words

    for row in rows:
        if as_json:
            echo_json(orjson.dumps(row))
        else:
            echo(f"{in_words(row)}\n")


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A build.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print what was written as JSON.")] = False,
) -> None:
    """Write pages to look at a build: its figures, each scene's floor plan, each answer's evidence drawn.

    Reads DIR; writes DIR/report, in place of an earlier report, and nothing else. The pages open from the
    disk and load nothing from a network. They show small pictures of the frames: `vsidata push` never sends
    them.
    """
    import orjson

    from vsidata.report import site
    from vsidata.report.words import as_json as in_json
    from vsidata.report.words import closing_lines
    from vsidata.terminal import console, progress

    with progress(console(stderr=True)) as bar:
        task = bar.add_task("scenes", total=None)
        done = site.write_report(
            folder,
            started=lambda scenes: bar.update(task, total=scenes),
            done=lambda: bar.advance(task),
        )
    if as_json:
        echo_json(orjson.dumps(in_json(done), option=orjson.OPT_INDENT_2))
    else:
        console().print(*closing_lines(done), sep="\n", soft_wrap=True)


@app.command()
def audit(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="A build.")] = None,
    questions: Annotated[
        Path | None, typer.Option(help="In place of a build: released questions, one JSON object a line.")
    ] = None,
    seed: Annotated[
        int,
        typer.Option(
            min=0, max=LARGEST_SEED, help="Seed of the split into parts of rooms, and of the forests."
        ),
    ] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the audit as JSON, and write nothing.")
    ] = False,
) -> None:
    """Estimate what a model scores without looking, and check letters, repeated questions and margins.

    Guesses answers from the words of the questions alone, by constants and by a random forest that learns in
    other rooms, and scores the guesses as VSI-Bench does. Reads DIR and writes DIR/audit.json, or reads
    --questions and writes nothing.
    """
    import orjson

    from vsidata.curation.audit import audit as auditing
    from vsidata.curation.audit import words
    from vsidata.dataset.manifest import read_manifest
    from vsidata.terminal import console, progress

    if (folder is None) == (questions is None):
        raise OptionError("vsidata audit", "takes a build or --questions, and not both.", "Name one of them.")
    manifest = read_manifest(folder) if folder else None
    if questions is not None:
        asked = auditing.asked_in_file(questions)
    elif folder is not None and manifest is not None:
        asked = auditing.asked_in_build(folder, manifest)
    with progress(console(stderr=True)) as bar:
        task = bar.add_task("guesses", total=None)
        found = auditing.audit(
            asked,
            manifest,
            seed=seed,
            started=lambda steps: bar.update(task, total=steps),
            done=lambda: bar.advance(task),
        )
    if as_json:
        echo_json(orjson.dumps(found, option=orjson.OPT_INDENT_2))
        return
    screen = console()
    screen.print(words.score_table(found))
    lines = words.closing_lines(found)
    if folder:
        lines.append(f"Written: {auditing.write_audit(folder, found)}.")
    screen.print(*lines, sep="\n", soft_wrap=True)


@app.command()
def debias(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A build.")],
    out: Annotated[Path, typer.Option(metavar="DIR2", help="Folder to write to: a new one.")],
    target: Annotated[
        float, typer.Option(min=0, max=100, help="Points that guessing may score above one constant answer.")
    ] = 5.0,
    keep: Annotated[
        float, typer.Option(min=0, max=100, help="Percent of the questions that are kept in any case.")
    ] = 50.0,
    seed: Annotated[
        int,
        typer.Option(
            min=0, max=LARGEST_SEED, help="Seed of the split into parts of rooms, and of the forests."
        ),
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON.")] = False,
) -> None:
    """Write a build without the questions that can be guessed without looking.

    The forest of `vsidata audit` guesses each question type. The questions that it guesses best are left out,
    a part at a time, until it scores hardly more than one constant answer. Both learn in other rooms.
    Reads DIR; writes a new folder, DIR2: a whole build with debias.json and the curve debias.svg. Tables of
    scenes and frames are hard links to those of DIR, or copies on another disk. Ends with 1 where a topic
    stays above the target.
    """
    import orjson

    from vsidata.curation.audit.audit import asked_in_build
    from vsidata.curation.debias import record
    from vsidata.curation.debias.command import debiased
    from vsidata.dataset.manifest import read_manifest
    from vsidata.terminal import console, progress

    manifest = read_manifest(folder)
    asked = asked_in_build(folder, manifest)
    with progress(console(stderr=True)) as bar:
        types = bar.add_task("question types", total=len({it.kind for it in asked}))
        forests = bar.add_task("forests", total=None)
        done = debiased(
            folder,
            manifest,
            asked,
            out,
            target=target / 100,
            least=keep / 100,
            seed=seed,
            grown=lambda: bar.advance(forests),
            done=lambda: bar.advance(types),
        )
    if as_json:
        echo_json(orjson.dumps(done, option=orjson.OPT_INDENT_2))
    else:
        screen = console()
        screen.print(record.table(done))
        lines = [*record.closing_lines(done), f"Written: {out}, with debias.json and debias.svg."]
        screen.print(*lines, sep="\n", soft_wrap=True)
    raise typer.Exit(1 if any(own["reached"] is False for own in done["topics"].values()) else 0)


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(metavar="DIR_A", help="A build, or a .jsonl file of questions.")],
    second: Annotated[Path, typer.Argument(metavar="DIR_B", help="Another one, about the same scenes.")],
    examples: Annotated[int, typer.Option(min=0, help="Most examples of each change, by topic.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Compare two builds: questions kept, lost and new, and answers that differ.

    Scores the answers of DIR_A by the keys of DIR_B: what one definition scores where another one is the key.
    Files hold released VSI-Bench questions, one JSON object a line. Reads both; writes nothing.
    """
    import orjson

    from vsidata.curation.compare import compare as comparing
    from vsidata.curation.compare import words
    from vsidata.terminal import console

    found = comparing.compare(first, second, examples)
    if as_json:
        echo_json(orjson.dumps(found, option=orjson.OPT_INDENT_2))
        return
    screen = console()
    screen.print(words.table(found))
    screen.print(*words.closing_lines(found), sep="\n", soft_wrap=True)


@app.command()
def conform(
    meta_info: Annotated[list[Path], typer.Option(help="File of released VSI-Bench scene meta information.")],
    questions: Annotated[Path, typer.Option(help="Released questions, one JSON object a line.")],
    rules: Annotated[str, typer.Option(help="Rule set by name, or a YAML file.")] = "vsibench",
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Recompute released VSI-Bench keys from the released boxes, and say how many agree by question type.

    Reads the files named; writes nothing.
    """
    import orjson

    from vsidata.curation import conform as conforming
    from vsidata.questions.rules import load_rules
    from vsidata.sources.registry import open_source

    rule_set = load_rules(rules)
    source = open_source("meta-info", meta_info)
    found = conforming.conform(
        conforming.measured_scenes(source, rule_set), conforming.read_questions(questions), rule_set
    )
    if as_json:
        echo_json(orjson.dumps(found, default=dict, option=orjson.OPT_INDENT_2))
    else:
        from vsidata.terminal import console

        screen = console()
        screen.print(conforming.table(found))
        screen.print(conforming.WHY_DISTANCES_DIFFER, soft_wrap=True)


@app.command()
def plan(
    scannet_root: Annotated[Path, typer.Option(help="Folder of ScanNet scans; only annotations are read.")],
    rules: Annotated[
        str | None, typer.Option(help="Rule set by name (default: wide), or a YAML file.")
    ] = None,
    split: Annotated[
        Literal["train", "val", "test", "all"] | None, typer.Option(help="Official list (default: train).")
    ] = None,
    allow_benchmark_scenes: Annotated[
        bool, typer.Option("--allow-benchmark-scenes", help="Use rooms that benchmarks show, too.")
    ] = False,
    expect: Annotated[
        str | None, typer.Option(help="Compare with stated totals, over their rules and scans: paper.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Project how many questions a build can ask, by topic, from annotation files alone.

    It is an upper bound: a build also leaves out what its geometry speaks against. Beside it stands about how
    much of it the frames of a video show, by a share measured on other rooms. Reads those files; writes
    nothing.
    """
    import orjson

    from vsidata.curation import plan as planning
    from vsidata.curation.expectation import load_expectation
    from vsidata.curation.splits import select
    from vsidata.questions.rules import load_rules
    from vsidata.sources.registry import open_source

    expected = load_expectation(expect) if expect else None
    source = open_source("scannet", [scannet_root])
    selection = select(
        source,
        split=split or (expected.split if expected else "train"),
        allow_benchmark_scenes=allow_benchmark_scenes or expected is not None,
    )
    rule_set = load_rules(rules or (expected.rules if expected else "wide"))
    projected = planning.plan(source, sorted(selection.split_of), rule_set)
    if as_json:
        echo_json(orjson.dumps(planning.as_json(projected, expected), option=orjson.OPT_INDENT_2))
    else:
        from vsidata.terminal import console

        screen = console()
        screen.print(f"{projected.rules}, {projected.scenes:,} scenes")
        screen.print(planning.table(projected, expected))
        if projected.failures:
            left_out = f"Left out because their annotation cannot be used: {len(projected.failures):,}"
            screen.print(f"{left_out}; `vsidata check` says why.")


@app.command()
def synth(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder to write to.")],
    scenes: Annotated[int, typer.Option(min=1, max=10_000, help="How many scans.")] = 20,
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of every random draw.")] = 0,
    noise: Annotated[float, typer.Option(min=0, metavar="MM", help="Noise of the surface, mm r.m.s.")] = 3.0,
    frames: Annotated[
        int, typer.Option(min=0, max=10_000, help="Frames of each scan's video (0: none).")
    ] = 0,
    frame_size: Annotated[str, typer.Option(help="Their width and height in pixels.")] = "640x480",
    view: Annotated[
        Literal["walk", "corners"],
        typer.Option(help="How the phone is carried: about, or from corner to corner."),
    ] = "walk",
    plain: Annotated[
        bool, typer.Option("--plain", help="Rectangular rooms with few things in them, of 5 to 70 m².")
    ] = False,
    vertices: Annotated[
        int | None,
        typer.Option(min=2_000, help="About how many a scan has (default: as ScanNet's, 50,000 and more)."),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes (default: one a processor).")] = None,
) -> None:
    """Write furnished synthetic rooms in ScanNet's own layout, and beside them what is true of them.

    Writes into OUT alone, and over nothing but what it wrote there before.
    """
    import os

    from vsidata.synthetic.camera import picture_size
    from vsidata.synthetic.write import write_scans
    from vsidata.terminal import console, progress

    size = picture_size(frame_size)
    workers = workers or len(os.sched_getaffinity(0))
    with progress(console(stderr=True)) as bar:
        task = bar.add_task("scans", total=scenes)
        write_scans(
            out,
            scenes,
            seed,
            noise / 1000,
            frames,
            workers,
            done=lambda _: bar.advance(task),
            frame_size=size,
            view=view,
            plain=plain,
            vertices=vertices,
        )
    echo(f"{scenes:,} scans in {out / 'scans'}, their truth in {out / 'truth'}.")
    echo(f"Next: vsidata build --scannet-root {out} --out {out.absolute().name}-qa")


@app.command()
def check(
    scannet_root: Annotated[Path, typer.Option(help="Folder of ScanNet scans.")],
    quick: Annotated[
        bool, typer.Option("--quick", help="Read annotations only, no geometry, no frames.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """List the scans, what each of them lacks and what that costs, and what in them is doubtful.

    Reads the scans; writes nothing.
    """
    import orjson

    from vsidata.curation import check_table
    from vsidata.curation.check import check_scan, standards
    from vsidata.sources.scannet import ScanNet
    from vsidata.terminal import console, progress

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


@app.command()
def inspect(
    scene: Annotated[str, typer.Argument(metavar="SCENE", help="A scan: scene0000_00.")],
    scannet_root: _ScanNetRoot = None,
    meta_info: _MetaInfo = None,
    source: _Source = None,
    root: _Root = None,
    rules: Annotated[str, typer.Option(help="Rule set by name, or a YAML file.")] = "wide",
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
    from vsidata.report import extras

    if png:
        extras.need("matplotlib", "plot", "--png")
    if rrd:
        extras.need("rerun", "viewer", "--rrd")
    import orjson

    from vsidata.questions.rules import load_rules
    from vsidata.report import inspect_words as words
    from vsidata.report import inspection
    from vsidata.sources.registry import open_source, place_of
    from vsidata.streams.shown import Framing
    from vsidata.terminal import console

    found = inspection.inspect(
        open_source(*place_of("vsidata inspect", scannet_root, meta_info or (), source, root)),
        scene,
        load_rules(rules),
        topics=None if topics is None else [topic.strip() for topic in topics.split(",")],
        framing=Framing(frames) if frames else None,
        visibility=visibility,
        seed=seed,
    )
    asked = None if question is None else inspection.find_question(found, question)
    if png:
        from vsidata.report.picture import picture

        _write(png, picture(found, asked))
    if rrd:
        from vsidata.report.recording import recording

        _write(rrd, recording(found))
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
    from vsidata.dataset.atomic import write_whole

    try:
        write_whole(file, [content])
    except OSError as error:
        fault = f"cannot be written: {error.strerror or error}"
        raise VsiError(file, fault, "Name a file in an existing folder that you can write to.") from error


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A build with frames.")],
    to: Annotated[
        Literal["ms-swift", "llama-factory", "easyr1", "video-r1"],
        typer.Option(help="Framework that will read it."),
    ],
    out: Annotated[Path | None, typer.Option(help="Folder to write to (default: DIR-FORMAT).")] = None,
    media: Annotated[
        Literal["mp4", "frames"] | None, typer.Option(help="A video a scene (default), or a folder of JPEGs.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Write a build, with its frames, in the format of another training framework.

    Reads DIR; writes a new folder, --out.
    """
    import orjson

    from vsidata.export import export as exporting
    from vsidata.export import summary
    from vsidata.terminal import console, progress

    out = out or folder.absolute().with_name(f"{folder.absolute().name}-{to}")
    with progress(console(stderr=True)) as bar:
        task = bar.add_task("scenes", total=None)
        done = exporting.export(
            folder,
            to,
            out,
            media,
            started=lambda scenes: bar.update(task, total=scenes),
            done=lambda: bar.advance(task),
        )
    if as_json:
        echo_json(orjson.dumps(summary.as_json(done), option=orjson.OPT_INDENT_2))
    else:
        lines = summary.closing_lines(done, folder)
        console().print(*lines, sep="\n", soft_wrap=True)


@app.command()
def push(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A build.")],
    repo_id: Annotated[str, typer.Option(metavar="NAME/SET", help="The dataset on the Hub.")],
    revision: Annotated[str, typer.Option(help="Branch, made if it is not there.")] = "main",
    private: Annotated[bool, typer.Option("--private", help="Make a dataset that only you see.")] = False,
    gated: Annotated[
        bool, typer.Option("--gated", help="Give access only to users who ask for it and whom you accept.")
    ] = False,
    with_frames: Annotated[
        bool | None,
        typer.Option(
            "--with-frames/--without-frames",
            help="Publish pictures too, or not (default: those of synthetic rooms alone).",
        ),
    ] = None,
    i_may_share_frames: Annotated[
        bool,
        typer.Option("--i-may-share-frames", help="State that you may share them, without being asked."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be done, and change nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON.")] = False,
) -> None:
    """Publish a build on the Hugging Face Hub: its shards, card and manifest, in one commit.

    Checks the build first, and prints what will be published and who owns it. Pictures of scans that are not
    synthetic are left out unless you state that you may share them. Creates the dataset or the branch if it
    is missing, replaces what differs, deletes shards of an earlier push, and changes no other file there and
    nothing here. Run again, it continues. The token is that of `hf auth login` or HF_TOKEN. --dry-run also
    works without the Hub: it then lists all that could be published.
    """
    import orjson

    from vsidata.hub import push as pushing
    from vsidata.hub import words
    from vsidata.terminal import console

    planned = pushing.plan(
        folder, repo_id, revision, private=private, gated=gated, with_frames=with_frames, dry=dry_run
    )
    screen = console(quiet=as_json)
    screen.print(*words.before(planned), sep="\n", soft_wrap=True)
    commit = None
    if not dry_run:
        if planned.needs_word and not i_may_share_frames:
            _ask(words.question(planned))
        with goes_on_later():
            commit = pushing.publish(planned)
        screen.print(*words.after(planned, commit), sep="\n", soft_wrap=True)
    if as_json:
        echo_json(orjson.dumps(words.as_json(planned, commit), option=orjson.OPT_INDENT_2))


def _ask(question: str) -> None:
    """End with 1 unless the answer is yes. Without a person to ask, the option must say it."""
    if not sys.stdin.isatty():
        fault = "publishes pictures of others' scans, and nobody is there to confirm that you may."
        raise VsiError("--with-frames", fault, "Add --i-may-share-frames if you may, or drop --with-frames.")
    typer.confirm(printable(question), abort=True, err=True)


@app.command()
def verify(
    where: Annotated[str, typer.Argument(metavar="DIR|NAME/SET", help="A build, or a dataset on the Hub.")],
    revision: Annotated[str | None, typer.Option(help="Its branch, tag or commit on the Hub.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the faults as JSON.")] = False,
) -> None:
    """Check a copy of a build: files, rows and columns against its manifest, doubled rows, and the card.

    One on the Hub is downloaded into the Hub's own cache; else nothing is written. Ends with 1 on any fault.
    """
    import orjson

    from vsidata.dataset.manifest import read_manifest
    from vsidata.hub import verify as verifying
    from vsidata.hub import words
    from vsidata.hub.fetch import copy_of
    from vsidata.terminal import console

    copy = copy_of(where, revision)
    manifest = read_manifest(copy)
    faults = verifying.faults(copy, manifest)
    if as_json:
        echo_json(orjson.dumps(words.checked_as_json(where, manifest, faults), option=orjson.OPT_INDENT_2))
    else:
        lines = words.checked(where, manifest, faults)
        console().print(*lines, sep="\n", soft_wrap=True)
    raise typer.Exit(1 if faults else 0)


def main() -> None:
    """Entry point of the console script. What the user can correct ends with status 2 and no traceback."""
    try:
        app()
    except VsiError as error:
        echo(error, err=True)
        sys.exit(2)
