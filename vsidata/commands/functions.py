"""The public Python interface: the commands as functions, exported lazily by `vsidata`.

Each takes what the command takes and raises what the command prints as a fault, a `VsiError`. None prints.
"""

from pathlib import Path
from typing import Any

from vsidata.analysis.audit import audit as auditing
from vsidata.analysis.plan import Projection
from vsidata.analysis.plan import plan as project
from vsidata.dataset.build import Build
from vsidata.dataset.merge import Summary
from vsidata.engines.submission import Submission
from vsidata.errors import OptionError
from vsidata.pages.site import Report, write_report
from vsidata.pipeline.build import build as run_build
from vsidata.pipeline.options import read_options
from vsidata.selection.split_choice import SplitChoice
from vsidata.selection.splits import select
from vsidata.sources.registry import open_source
from vsidata.topics.rule_set import load_rules


def build(**options: Any) -> Summary | Submission:
    """Build a dataset, or go on with a build that was stopped, as `vsidata build` does.

        done = vsidata.build(out="qa", scannet_root="scans", holdout="10%")
        done.build.questions("train")

    In a script the call must stand below `if __name__ == "__main__":`, because workers import the script.

    Args:
        options: those of the command with underscores, such as `scannet_root`; `vsidata build --help` lists
            them. `out` is a folder here: what goes to an address is published by the command alone.

    Returns:
        The build, opened, as `build`; and `failures`, the scans that were set aside. With an engine that does
        not wait (`engine="slurm"`), what was handed over.

    Raises:
        VsiError: an option is wrong, there is no scan, or the folder cannot be written to.
    """
    chosen = read_options(None, options)
    if chosen.address:
        fault = f"is the address {chosen.address}, and this function builds in a folder."
        raise OptionError("out", fault, "Name a folder, then run `vsidata push`; or run `vsidata build`.")
    return run_build(chosen)


def plan(
    scannet_root: str | Path,
    *,
    rules: str = "wide",
    split: SplitChoice = "train",
    allow_benchmark_scenes: bool = False,
) -> Projection:
    """Project how many questions a build can ask, from annotation files alone, as `vsidata plan` does.

    Args:
        scannet_root: folder of ScanNet scans.
        rules: a rule set by name, or a YAML file.
        split: official list: `train`, `val`, `test` or `all`.
        allow_benchmark_scenes: use rooms that benchmarks show, too.

    Returns:
        `questions`: by topic the most that can be asked; `scenes`; and `failures`, scenes without a usable
        annotation.

    Raises:
        VsiError: an option is wrong, or there is no scan.
    """
    source = open_source("scannet", [Path(scannet_root)])
    selection = select(source, split=split, allow_benchmark_scenes=allow_benchmark_scenes)
    return project(source, sorted(selection.split_of), load_rules(rules))


def audit(build: Build | str | Path, *, seed: int = 0, write: bool = False) -> dict[str, Any]:
    """Estimate what a model scores without looking, as `vsidata audit` does.

    Args:
        build: a build, or what `Build.open` takes.
        seed: of the split into parts of rooms, and of the forests.
        write: also write `audit.json` into the build's folder, where report and push find it.

    Returns:
        Plain data: what `audit.json` holds. `vsidata.analysis.audit.audit.audit` says what stands in it.

    Raises:
        VsiError: the build cannot be read or written to, or has too few rooms.
    """
    opened = _opened(build)
    found = auditing.audit(auditing.questions_of_build(opened), opened.manifest, seed=seed)
    if write:
        auditing.write_audit(opened.folder, found)
    return found


def report(build: Build | str | Path) -> Report:
    """Write pages to look at a build into its folder, in place of earlier ones, as `vsidata report` does.

    Args:
        build: a build, or what `Build.open` takes; of one elsewhere, the pages lie in the folder of the copy.

    Returns:
        `index`, the page to open; how many `scenes` and `questions` are shown; and `pictures_of`, the makers
        of the scans that it shows pictures of.

    Raises:
        VsiError: the build cannot be read or written to.
    """
    return write_report(_opened(build))


def _opened(build: Build | str | Path) -> Build:
    return build if isinstance(build, Build) else Build.open(build)
