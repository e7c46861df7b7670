"""All commands that read a build, and a build with a manifest that tests damage."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.dataset import small_scans, streams
from vsidata.pipeline.build import BuildOptions, build

ROOMS = 5  # an audit needs at least this many scenes
TOPICS = ("object_counting", "object_rel_direction")


@dataclass(frozen=True)
class Built:
    """A complete build, its scans, and the bytes of its files.

    Attributes:
        root: the folder of the scans.
        out: the folder of the build.
        files: the content of each file by its path below `out`, without the log and the files that only a
            build needs.
    """

    root: Path
    out: Path
    files: dict[str, bytes]

    @contextmanager
    def with_file(self, name: str, content: bytes) -> Iterator[Path]:
        """Replace one file of the build, and restore it afterwards."""
        (self.out / name).write_bytes(content)
        try:
            yield self.out
        finally:
            shutil.rmtree(self.out / "report", ignore_errors=True)
            for path, before in self.files.items():
                if not (self.out / path).is_file() or (self.out / path).read_bytes() != before:
                    (self.out / path).write_bytes(before)


def made(folder: Path) -> Built:
    """Build small rooms. Two have frames, and one is held out."""
    root = small_scans.write(folder / "root", ROOMS, edge=0.6)
    for number in range(2):
        streams.write(root, f"scene{number:04d}_00", streams.sens(4, size=(64, 48)))
    options = BuildOptions(**arguments(root, folder / "out"))
    out = build(options).out
    paths = [path for path in out.rglob("*") if path.is_file()]
    files = {path.relative_to(out).as_posix(): path.read_bytes() for path in paths}
    kept = {path: content for path, content in files.items() if not path.startswith((".work/", "build.log"))}
    return Built(root, out, kept)


def arguments(root: Path, out: Path) -> dict[str, object]:
    """The options of the build."""
    return {
        "out": out,
        "scannet_root": root,
        "topics": TOPICS,
        "per_scene": {"object_rel_direction": 4},
        "frames": 2,
        "visibility": False,
        "workers": 1,
    }


def again(built: Built, _: Path) -> list[object]:
    """`vsidata build` again."""
    topics, cap = ",".join(TOPICS), "object_rel_direction=4"
    places = ["--scannet-root", built.root, "--out", built.out]
    return ["build", *places, "--topics", topics, "--per-scene", cap, "--frames", 2, "--no-visibility"]


def export(built: Built, new: Path) -> list[object]:
    return ["export", built.out, "--to", "easyr1", "--media", "frames", "--out", new]


def push(built: Built, _: Path) -> list[object]:
    return ["push", built.out, "--repo-id", "lab/rooms", "--dry-run"]


COMMANDS: dict[str, Callable[[Built, Path], list[object]]] = {
    "verify": lambda built, _: ["verify", built.out],
    "report": lambda built, _: ["report", built.out],
    "audit": lambda built, _: ["audit", built.out],
    "compare": lambda built, _: ["compare", built.out, built.out],
    "debias": lambda built, new: ["debias", built.out, "--out", new],
    "export": export,
    "push": push,
    "sample": lambda built, _: ["sample", built.out],
    "build": again,
}
"""Name → its arguments, for a build and a path where nothing is yet."""
