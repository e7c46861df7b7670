"""The packages that training needs beside those of vsidata."""

from vsidata.errors import OptionError

INSTALL = "pip install 'vsi100k[train]'"
NEEDED = ("torch", "torchvision", "transformers", "trl", "peft", "accelerate")


def require_packages() -> None:
    """Refuse to go on without what training needs. Raises OptionError."""
    from importlib.util import find_spec

    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise OptionError(
            "vsitrain", f"lacks {', '.join(missing)}.", f"Install what training needs: {INSTALL}"
        )
