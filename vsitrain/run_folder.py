"""The folder of a run: nothing that an earlier run left there is overwritten unless that was asked for."""

import shutil
from pathlib import Path

from vsidata.errors import OptionError
from vsitrain.alarms.callback import ALARMS
from vsitrain.provenance import PROVENANCE
from vsitrain.rollouts import ROLLOUTS
from vsitrain.starting_model import MERGED

_MODELS = ("*.safetensors", "*.safetensors.index.json", "checkpoint-*")
_OF_A_RUN = (*_MODELS, MERGED, ROLLOUTS, ALARMS, PROVENANCE, "*config.json", "trainer_state.json")
"""What a run writes that another run would mix with its own."""


def claim_run_folder(out: Path, *, start: str, overwrite: bool) -> None:
    """Refuse a folder that holds a model, or remove the run that made it.

    Args:
        out: `output_dir` of a run that begins.
        start: the model that it starts from.
        overwrite: remove the run that is there.

    Raises:
        OptionError: the folder holds a model and `overwrite` is not set, or vsitrain did not write that
            model, or the new run starts from it.
    """
    models = sorted(path for pattern in _MODELS for path in out.glob(pattern))
    if not models:
        return
    holds = f"holds a model already ({models[0].name})"
    if not overwrite:
        remedy = (
            "Pass --resume_from_checkpoint last to continue that run, --overwrite true to remove it, or "
            "another --output_dir."
        )
        raise OptionError(out, f"{holds}.", remedy)
    if not any(path.is_file() for path in (out / PROVENANCE, *out.glob(f"checkpoint-*/{PROVENANCE}"))):
        raise OptionError(out, f"{holds}, and vsitrain did not write it.", "Pass another --output_dir.")
    if Path(start).exists() and Path(start).resolve().is_relative_to(out.resolve()):
        fault = f"holds the model that this run starts from ({start})."
        raise OptionError(out, fault, "Pass another --output_dir, or copy that model elsewhere.")
    for path in {path for pattern in _OF_A_RUN for path in out.glob(pattern)}:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
