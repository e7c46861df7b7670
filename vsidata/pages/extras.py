"""Packages that only some options need. Each is an extra of this distribution."""

from importlib import import_module

from vsidata.errors import OptionError


def need_package(package: str, extra: str, option: str) -> None:
    """Check that a package is installed, before the work that needs it.

    Raises:
        OptionError: it is not installed.
    """
    try:
        import_module(package)
    except ImportError as error:
        fault = f"needs {error.name or package}, which is not installed."
        raise OptionError(option, fault, f"Install it: pip install 'vsi100k[{extra}]'.") from error
