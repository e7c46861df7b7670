"""`vsidata synth`."""

from typing import Annotated, Literal

import typer

from vsidata.commands.options import DEFAULTS, OutArgument, Seed, Workers
from vsidata.plain_text import counted, echo


def synth(
    out: OutArgument,
    scenes: Annotated[int, typer.Option(min=1, max=10_000, metavar="N", help="Write this many scans.")] = 20,
    seed: Seed = DEFAULTS.seed,
    noise: Annotated[
        float, typer.Option(min=0, metavar="MM", help="Add noise to the surface: r.m.s. in mm.")
    ] = 3.0,
    frames: Annotated[
        int,
        typer.Option(
            min=0, max=10_000, metavar="N", help="Write a video of N frames per scan; 0 writes no video."
        ),
    ] = 0,
    frame_size: Annotated[
        str, typer.Option(metavar="SIZE", help="Write frames of this width and height in pixels.")
    ] = "640x480",
    view: Annotated[
        Literal["walk", "corners"],
        typer.Option(help="Move the camera through the room (walk), or from corner to corner (corners)."),
    ] = "walk",
    plain: Annotated[
        bool, typer.Option("--plain", help="Write rectangular rooms of 5 to 70 m² with few objects.")
    ] = False,
    vertices: Annotated[
        int | None,
        typer.Option(
            min=2_000,
            metavar="N",
            help="Give each scan about this many vertices (default: as in ScanNet, 50,000 and more).",
        ),
    ] = None,
    workers: Workers = None,
) -> None:
    """Write furnished synthetic rooms in the layout of ScanNet, with their true measures in OUT/truth.

    Writes only into OUT, and replaces only files that it wrote there before.
    """
    import os

    from vsidata.screen.terminal import console, progress
    from vsidata.synthetic.camera import picture_size
    from vsidata.synthetic.write import write_scans

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
    echo(f"{counted(scenes, 'scan')} in {out / 'scans'}, the true measures in {out / 'truth'}.")
    echo(f"Next: vsidata build --scannet-root {out} --out {out.absolute().name}-qa")
