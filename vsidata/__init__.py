"""From raw 3D scans to audited spatial question-answer data.

The public interface. Each name is imported when it is first used:

    import vsidata

    done = vsidata.build(out="qa", scannet_root="scans")   # as `vsidata build`
    build = vsidata.Build.open("qa")                       # or "NAME/SET" on the Hub, or "s3://BUCKET/PATH"
    build.questions("train", columns=["question", "ground_truth"]).to_pandas()
    build.scenes(), build.frames(), build.verify()
    vsidata.audit(build), vsidata.report(build), vsidata.plan("scans")

Errors are raised as `vsidata.VsiError`, which states the file, the fault and the remedy.
"""

from importlib import import_module
from typing import Any

__version__ = "0.2.0"

_MODULES = {
    "Build": "vsidata.dataset.build",
    "VsiError": "vsidata.errors",
    "audit": "vsidata.commands.functions",
    "build": "vsidata.commands.functions",
    "plan": "vsidata.commands.functions",
    "report": "vsidata.commands.functions",
}
__all__ = ["Build", "VsiError", "audit", "build", "plan", "report"]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_MODULES])
