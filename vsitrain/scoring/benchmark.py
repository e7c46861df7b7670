"""Find VSI-Bench on the Hub, or in a local copy."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vsidata.errors import OptionError

NAME, HUB = "vsi-bench", "nyu-visionx/VSI-Bench"
_PRUNED = "pruned_ids.txt"
_FILES = ("test.jsonl", "test.json", "test.parquet", "test-*-of-*.parquet")
"""Names of the file of questions. The first file that exists is read. Older releases have Parquet files."""


@dataclass(frozen=True)
class Benchmark:
    """A copy of the benchmark.

    Attributes:
        questions: the file of questions.
        folder: the folder of the videos: `{dataset}/{scene_name}.mp4`, or `{dataset}.zip`.
        revision: the commit on the Hub; None for a local copy.
        archive: a function from a dataset to the path of its zip; from the Hub, it downloads the zip.
        pruned: ids, as text, of the questions that its authors left out of the debiased subset; None if the
            folder of the questions has no such list.
    """

    questions: Path
    folder: Path
    revision: str | None
    archive: Callable[[str], Path]
    pruned: frozenset[str] | None


def find_benchmark(source: str) -> Benchmark | None:
    """The benchmark of a source; None if the source is something else, such as a build.

    Args:
        source: `vsi-bench` or the benchmark's name on the Hub, which is downloaded to the Hub's cache; a file
            of questions; or a folder that contains one.

    Raises:
        VsiError: the benchmark cannot be downloaded, or its list of pruned questions cannot be read.
    """
    if source in (NAME, HUB):
        return _from_hub()
    path = Path(source)
    if path.is_dir():
        found = [file for pattern in _FILES for file in sorted(path.glob(pattern))]
        if not found or (path / "qa").is_dir():
            return None
        return _local(found[0])
    return _local(path) if path.is_file() else None


def _local(questions: Path) -> Benchmark:
    folder = questions.parent
    pruned = folder / _PRUNED
    ids = _ids(pruned) if pruned.is_file() else None
    return Benchmark(questions, folder, None, lambda dataset: folder / f"{dataset}.zip", ids)


def _from_hub() -> Benchmark:
    from vsidata.files.hub.client import client
    from vsidata.files.hub.faults import explain_hub_errors, with_retries
    from vsidata.files.hub.reach import require_reach

    require_reach(HUB, "dataset")
    hub = client()

    def fetched(name: str, revision: str | None = None) -> Path:
        with explain_hub_errors(HUB):
            path = with_retries(
                lambda: hub.hf_hub_download(HUB, name, repo_type="dataset", revision=revision)
            )
        return Path(path)

    questions = fetched(_FILES[0])
    revision = questions.parent.name  # the cache keeps each commit in a folder of its own
    with explain_hub_errors(HUB):
        listed = with_retries(lambda: hub.file_exists(HUB, _PRUNED, repo_type="dataset", revision=revision))
    ids = _ids(fetched(_PRUNED, revision)) if listed else None
    return Benchmark(
        questions, questions.parent, revision, lambda dataset: fetched(f"{dataset}.zip", revision), ids
    )


def _ids(path: Path) -> frozenset[str]:
    try:
        return frozenset(path.read_text(encoding="utf-8-sig").split())
    except (OSError, UnicodeDecodeError) as error:
        raise OptionError(path, f"cannot be read: {error}.", "Download it again, or remove it.") from error
