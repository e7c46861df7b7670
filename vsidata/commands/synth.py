"""`vsidata synth`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from vsidata.plain_text import echo
from vsidata.rules.seeds import LARGEST_SEED


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
    echo(f"{scenes:,} scans in {out / 'scans'}, their truth in {out / 'truth'}.")
    echo(f"Next: vsidata build --scannet-root {out} --out {out.absolute().name}-qa")
