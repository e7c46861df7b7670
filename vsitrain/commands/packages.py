"""The packages that training needs in addition to those of vsidata."""

from vsidata.errors import OptionError

INSTALL = "pip install 'vsi100k[train]'"
NEEDED = ("torch", "torchvision", "transformers", "trl", "peft", "accelerate")


def require_packages() -> None:
    """Check that the packages for training are installed. Raises OptionError if one is missing."""
    from importlib.util import find_spec

    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise OptionError(
            "vsitrain", f"needs {', '.join(missing)}.", f"Install the packages for training: {INSTALL}"
        )
