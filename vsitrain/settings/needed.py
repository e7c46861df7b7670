"""Packages that a recipe asks for by name, looked for before anything is loaded."""

from importlib.util import find_spec
from typing import Any

from vsidata.errors import OptionError


def check_packages(args: Any) -> None:
    """Refuse a run whose reporters or engine of generation are not installed.

    Args:
        args: TRL's configuration.

    Raises:
        OptionError: with the line that installs it.
    """
    from transformers.integrations.integration_utils import (
        INTEGRATION_TO_CALLBACK,
        get_available_reporting_integrations,
    )

    for name in args.report_to:
        if name in get_available_reporting_integrations() or name == "none":
            continue
        if name not in INTEGRATION_TO_CALLBACK:
            remedy = f"Choose from: {', '.join(sorted(INTEGRATION_TO_CALLBACK))}, none."
            raise OptionError("report_to", f"`{name}` is none of the reporters.", remedy)
        raise OptionError("report_to", f"`{name}` is not installed.", f"pip install {name}, or name another.")
    if getattr(args, "use_vllm", False) and find_spec("vllm") is None:
        raise OptionError("use_vllm", "vLLM is not installed.", "pip install 'vsi100k[vllm]', with a GPU.")
