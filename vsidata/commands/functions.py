"""The public Python interface: the commands as functions, exported lazily by `vsidata`.

A function has the arguments of the command. It raises a `VsiError` if the command would print an error. It
does not print.
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
    """Build a dataset, or resume an interrupted build, as `vsidata build` does.

        done = vsidata.build(out="qa", scannet_root="scans", holdout="10%")
        done.build.questions("train")

    A script must call it below `if __name__ == "__main__":`, because the workers import the script.

    Args:
        options: the options of the command with underscores, such as `scannet_root`; `vsidata build --help`
            lists them. `out` is a folder here: only the command publishes to an address.

    Returns:
        The opened build, as `build`, and the skipped scans, as `failures`. With an engine that returns
        immediately (`engine="slurm"`), the submission.

    Raises:
        VsiError: an option is wrong, there are no scans, or the folder is not writable.
    """
    chosen = read_options(None, options)
    if chosen.address:
        fault = f"is the address {chosen.address}, but this function builds in a folder."
        remedy = "Pass a folder, then run `vsidata push`; or run `vsidata build`."
        raise OptionError("out", fault, remedy)
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
        scannet_root: the folder of ScanNet scans.
        rules: a rule set by name, or a YAML file.
        split: the official list: `train`, `val`, `test` or `all`.
        allow_benchmark_scenes: whether to use rooms of benchmarks, too.

    Returns:
        The largest number of questions by topic (`questions`), the number of scenes (`scenes`), and the
        scenes without a usable annotation (`failures`).

    Raises:
        VsiError: an option is wrong, or there are no scans.
    """
    source = open_source("scannet", [Path(scannet_root)])
    selection = select(source, split=split, allow_benchmark_scenes=allow_benchmark_scenes)
    return project(source, sorted(selection.split_of), load_rules(rules))


def audit(build: Build | str | Path, *, seed: int = 0, write: bool = False) -> dict[str, Any]:
    """Estimate the score of a blind model, as `vsidata audit` does.

    Args:
        build: a build, or an argument of `Build.open`.
        seed: the random seed of the split of the rooms and of the forests.
        write: whether to write `audit.json` into the build's folder, where report and push find it.

    Returns:
        Plain data: the content of `audit.json`, described by `vsidata.analysis.audit.audit.audit`.

    Raises:
        VsiError: the build cannot be read or written to, or has too few rooms.
    """
    opened = _opened(build)
    found = auditing.audit(auditing.questions_of_build(opened), opened.manifest, seed=seed)
    if write:
        auditing.write_audit(opened.folder, found)
    return found


def report(build: Build | str | Path) -> Report:
    """Write pages that show a build into its folder. They replace earlier pages, as `vsidata report` does.

    Args:
        build: a build, or an argument of `Build.open`. The pages of a remote build are in the folder of its
            copy.

    Returns:
        The page to open (`index`), the numbers of `scenes` and `questions`, and the owners of the pictures in
        the report (`pictures_of`).

    Raises:
        VsiError: the build cannot be read or written to.
    """
    return write_report(_opened(build))


def _opened(build: Build | str | Path) -> Build:
    return build if isinstance(build, Build) else Build.open(build)
