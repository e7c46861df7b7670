"""The datasets of a build's scenes, and whether the scenes have an owner."""

from collections.abc import Iterable, Mapping

from vsidata.dataset.manifest_form import Manifest

SCANNET_TERMS = "https://kaldir.vc.in.tum.de/scannet/ScanNet_TOS.pdf"

_SYNTHETIC = "synthetic"
_UNKNOWN = "unknown"
_NAMES: Mapping[str, str] = {
    "scannet": "ScanNet",
    _SYNTHETIC: "synthetic rooms",
    _UNKNOWN: "scans of unknown origin",
}


def datasets_of(manifest: Manifest) -> Mapping[str, int]:
    """Number of scenes of a build by dataset, sorted by name.

    A build of the first release has one dataset for all its scenes. If that is `synthetic`, only the root of
    the scans was marked as synthetic, and it may have contained other scans too. The origin of such a build
    is unknown.
    """
    if manifest.datasets is not None:
        return manifest.datasets
    named = manifest.options.dataset
    return {_UNKNOWN if named is None or named == _SYNTHETIC else named: manifest.total_scenes}


def is_free(manifest: Manifest) -> bool:
    """Return whether all scenes of a build are synthetic rooms, which have no owner."""
    return set(datasets_of(manifest)) == {_SYNTHETIC}


def owned_datasets(manifest: Manifest) -> list[str]:
    """The datasets of a build, without synthetic rooms, which have no owner."""
    return [dataset for dataset in datasets_of(manifest) if dataset != _SYNTHETIC]


def names_in_words(datasets: Iterable[str]) -> str:
    """Datasets in words: `ScanNet and synthetic rooms`."""
    names = [name_of(dataset) for dataset in datasets]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]])) or "no scene"


def name_of(dataset: str) -> str:
    """A dataset's name in its usual spelling."""
    return _NAMES.get(dataset, dataset)
