"""Run the whole loop on a CPU: rooms, questions, SFT, GRPO, and the scores of a model before and after.

Every step is a command of vsidata or vsitrain, with settings in recipes/cpu/loop/. Steps that are done are
not repeated: run the same command again to resume. `make loop` calls it.
"""

import argparse
import os
import resource
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

RECIPES = Path(__file__).parents[1] / "recipes" / "cpu" / "loop"
BLANK = "blank"  # the control run: trained and evaluated with black frames


@dataclass(frozen=True)
class Loop:
    """The settings of a loop.

    Attributes:
        out: the output folder.
        rooms: number of rooms; a fifth of them is held out.
        runs: the seeds of the models, one run each; BLANK is the control run.
        sft, grpo: further arguments of each training, for example for a shorter one.
    """

    out: Path
    rooms: int
    runs: tuple[str, ...]
    sft: tuple[str, ...]
    grpo: tuple[str, ...]

    def data(self) -> Iterator[tuple[str, list[str]]]:
        """The steps that make the questions: name and command."""
        rooms = self.out / "rooms"
        small = "--frames 4 --frame-size 112x84 --view corners --plain --vertices 8000"
        yield "rooms", ["vsidata", "synth", str(rooms), "--scenes", str(self.rooms), *small.split()]
        # The benchmark's method of measuring a room works on coarse scans. The method of `wide` needs fine
        # scans.
        asked = "--rules vsibench --topics room_size_estimation --frames 4 --holdout 20%"
        build = ["vsidata", "build", "--scannet-root", str(rooms), "--out", str(self.out / "questions")]
        yield "questions", [*build, *asked.split()]

    def training(self, run: str) -> Iterator[tuple[str, list[str]]]:
        """The steps of one model, by its name: a seed, or BLANK."""
        seed = "0" if run == BLANK else run
        tiny, sft, grpo = (str(self.out / f"{stage}-{run}") for stage in ("tiny", "sft", "grpo"))
        own = ["--seed", seed, "--data", str(self.out / "questions")]
        own += ["--blank", "true"] if run == BLANK else []
        if not Path(tiny).is_dir():  # it is written completely or not at all
            yield "tiny", ["vsitrain", "tiny", tiny, "--seed", seed]
        yield from self._scored(run, "tiny", ["--prompt", "vanilla", "--frames", "4"])
        for method, start, out, more in (("sft", tiny, sft, self.sft), ("grpo", sft, grpo, self.grpo)):
            recipe = ["--config", str(RECIPES / f"{method}.yaml"), "--resume_from_checkpoint", "last"]
            where = ["--model_name_or_path", start, "--output_dir", out]
            yield method, ["vsitrain", method, *recipe, *where, *own, *more]
            yield from self._scored(run, method, [])

    def _scored(self, run: str, stage: str, more: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
        """Evaluate a model on the rooms that it was not trained on."""
        where = ["--data", str(self.out / "questions"), "--split", "validation"]
        how = ["--batch", "100", "--max-new-tokens", "6", *more]
        out = str(self.out / "scores" / f"{stage}-{run}")
        model = str(self.out / f"{stage}-{run}")
        yield f"score-{stage}", ["vsitrain", "evaluate", "--model", model, "--out", out, *where, *how]


class Runner:
    """Runs steps, prints the time of each, and records those that are done."""

    def __init__(self, out: Path) -> None:
        self.began = time.monotonic()
        self.stopped = False  # if true, no further step begins
        self.logs = out / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)

    def run(self, who: str, steps: Iterator[tuple[str, list[str]]]) -> None:
        """Run steps in order. Raises SystemExit if one fails."""
        for name, words in steps:
            if self.stopped:
                return
            self._step(f"{who}{name}", words)

    def _step(self, name: str, words: list[str]) -> None:
        done, log = self.logs / f"{name}.done", self.logs / f"{name}.log"
        line = shlex.join(words)
        if done.exists() and done.read_text(encoding="utf-8") == line:
            self._say(name, "done before")
            return
        began = time.monotonic()
        program = str(Path(sys.executable).with_name(words[0]))
        with log.open("w", encoding="utf-8") as file:
            file.write(f"$ {line}\n")
            file.flush()
            code = subprocess.run([program, *words[1:]], stdout=file, stderr=file, check=False)  # noqa: S603
        if code.returncode:
            last = log.read_text(encoding="utf-8").splitlines()[-5:]
            raise SystemExit("\n".join([f"{name} failed. The full log is {log}. Its last lines:", *last]))
        done.write_text(line, encoding="utf-8")
        self._say(name, f"{time.monotonic() - began:.0f} s")

    def _say(self, name: str, what: str) -> None:
        minutes, seconds = divmod(round(time.monotonic() - self.began), 60)
        print(f"[{minutes:2}:{seconds:02}] {name:<18} {what}", flush=True)


def main() -> None:
    """Run the loop, then write its table and draw its picture."""
    os.environ |= {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    loop = _arguments()
    runner = Runner(loop.out)
    print(f"The output is in {loop.out}. Each line below is a finished step; its log is in logs/.")
    runner.run("", loop.data())
    # Each training keeps one core busy, so there is one training per core.
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        trainings = [pool.submit(runner.run, f"{run} ", loop.training(run)) for run in loop.runs]
        try:
            for ended in as_completed(trainings):
                ended.result()
        except BaseException:
            runner.stopped = True
            raise
    from loop_table import report

    print(f"\n{report(loop.out, loop.runs)}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    minutes = (used.ru_utime + used.ru_stime) / 60, (time.monotonic() - runner.began) / 60
    print("\nIt took {1:.0f} minutes, with {0:.0f} minutes of processor time.".format(*minutes))
    print(f"The table is in {loop.out / 'table.md'}, a picture of it in {loop.out / 'loop.png'}.")


def _arguments() -> Loop:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("loop"))
    parser.add_argument("--rooms", type=int, default=1400)
    parser.add_argument("--runs", nargs="+", default=["0", "1", "2", BLANK])
    parser.add_argument("--sft", default="", help="Pass these further arguments to SFT: '--max_steps 2'")
    parser.add_argument("--grpo", default="", help="Pass these further arguments to GRPO")
    given = parser.parse_args()
    more = map(tuple, map(shlex.split, (given.sft, given.grpo)))
    return Loop(given.out, given.rooms, tuple(given.runs), *more)


if __name__ == "__main__":
    main()
