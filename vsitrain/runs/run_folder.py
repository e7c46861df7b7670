"""The folder of a run. Files of an earlier run are overwritten only if the user asks for it."""

import re
import shutil
from pathlib import Path

from vsidata.errors import OptionError
from vsidata.files.safe_files import refuse_link, refuse_links
from vsitrain.runs.alarms.callback import ALARMS
from vsitrain.runs.checkpoints import STATE
from vsitrain.runs.provenance import MERGED, PROVENANCE
from vsitrain.runs.rollouts import ROLLOUTS

_MODELS = ("*.safetensors", "*.safetensors.index.json", "checkpoint-*")
_OF_A_RUN = re.compile(
    r"(model|adapter_model)(-\d{5}-of-\d{5})?\.safetensors(\.index\.json)?|checkpoint-\d+|"
    r"((adapter|generation|processor|preprocessor|video_preprocessor|tokenizer)_)?config\.json|"
    + "|".join(map(re.escape, (MERGED, ROLLOUTS, ALARMS, PROVENANCE, STATE)))
)
"""Files and folders of a run that must not mix with those of another run."""

_BESIDE = re.compile(r"README\.md|.+\.(json|jsonl|jinja|model|txt|bin|safetensors)|runs")
"""Other files and folders in a run's folder, which transformers, TRL or TensorBoard write."""


def refuse_linked_run(out: Path) -> None:
    """Refuse a folder in which a run would write through a link.

    Args:
        out: `output_dir` of a run; it may be a link itself, and it may be missing.

    Raises:
        OptionError: the folder, or a folder below it that a run writes to, contains a link.
    """
    if not out.is_dir():
        return
    for path in out.iterdir():
        if _OF_A_RUN.fullmatch(path.name) or _BESIDE.fullmatch(path.name):
            (refuse_links if path.is_dir() else refuse_link)(path)


def claim_run_folder(out: Path, *, start: str, overwrite: bool) -> None:
    """Refuse a folder that contains a model, or remove the run that made the model.

    Args:
        out: `output_dir` of a new run.
        start: the model that the run starts from.
        overwrite: whether to remove the earlier run.

    Raises:
        OptionError: the folder contains a model, and `overwrite` is not set, or vsitrain did not write the
            model, or the new run starts from it.
    """
    models = sorted(path for pattern in _MODELS for path in out.glob(pattern))
    if not models:
        return
    holds = f"already contains a model ({models[0].name})"
    if not overwrite:
        remedy = (
            "Pass --resume_from_checkpoint last to resume that run, --overwrite true to remove it, or "
            "another --output_dir."
        )
        raise OptionError(out, f"{holds}.", remedy)
    if not any(path.is_file() for path in (out / PROVENANCE, *out.glob(f"checkpoint-*/{PROVENANCE}"))):
        raise OptionError(out, f"{holds}, and vsitrain did not write it.", "Pass another --output_dir.")
    if Path(start).exists() and Path(start).resolve().is_relative_to(out.resolve()):
        fault = f"contains the model that this run starts from ({start})."
        raise OptionError(out, fault, "Pass another --output_dir, or copy that model elsewhere.")
    for path in [path for path in out.iterdir() if _OF_A_RUN.fullmatch(path.name)]:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
