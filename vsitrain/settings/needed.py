"""Check that the packages that a recipe names are installed, before a model is loaded."""

from importlib.util import find_spec
from typing import Any

from vsidata.errors import OptionError


def check_packages(args: Any) -> None:
    """Check that the reporters and the generation engine of a run are installed.

    Args:
        args: TRL's configuration.

    Raises:
        OptionError: a package is not installed, or its name is unknown. The remedy has the command that
            installs it.
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
            raise OptionError("report_to", f"`{name}` is not a reporter.", remedy)
        remedy = f"Install it (pip install {name}), or choose another reporter."
        raise OptionError("report_to", f"`{name}` is not installed.", remedy)
    if getattr(args, "use_vllm", False) and find_spec("vllm") is None:
        remedy = "Install it on a machine with a GPU: pip install 'vsi100k[vllm]'."
        raise OptionError("use_vllm", "vLLM is not installed.", remedy)
