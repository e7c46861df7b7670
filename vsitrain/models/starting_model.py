"""The starting model of a run: a published model, a checkpoint, or an adapter merged into its base."""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from vsidata.errors import OptionError
from vsidata.files.safe_files import read_regular, refuse_link
from vsitrain.families import LANGUAGE, LORA_TARGETS
from vsitrain.models.whole_weights import model_of_shapes, whole_weights
from vsitrain.pretrained import in_words, limited, open_adapter, open_model, open_processor, refuse_pickles
from vsitrain.runs.provenance import MERGED, read_provenance, write_provenance

_RIGHT_BASE = "Set base_model_name_or_path in its adapter_config.json to the model that it was trained on."

ADAPTER_CONFIG, ADAPTER_WEIGHTS = "adapter_config.json", "adapter_model.safetensors"


def is_adapter(name_or_path: str) -> bool:
    """Return whether a folder contains an adapter, and not a full model."""
    # Unlike Path.is_file, this returns False for a name that no file can have, such as one that is too long.
    return os.path.isfile(os.path.join(name_or_path, ADAPTER_CONFIG))  # noqa: PTH113, PTH118


def check_adapter(adapter: str, base_config: Any) -> None:
    """Refuse an adapter that does not fit its base. Compares names and shapes, and reads no weights.

    Args:
        adapter: the folder of the adapter.
        base_config: the configuration of the adapter's base.

    Raises:
        OptionError: the tensors of the adapter do not fit the base.
    """
    import torch
    from peft import PeftConfig, get_peft_model, get_peft_model_state_dict
    from safetensors import safe_open

    refuse_pickles(adapter, ADAPTER_WEIGHTS)
    fault = "cannot be read as an adapter"
    with in_words(adapter, fault, "Pass a folder that PEFT wrote."), limited(adapter, fault):
        with safe_open(Path(adapter) / ADAPTER_WEIGHTS, framework="pt") as file:
            found = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
        with whole_weights(), torch.device("meta"):
            adapted = get_peft_model(model_of_shapes(base_config), PeftConfig.from_pretrained(adapter))
        tensors = get_peft_model_state_dict(adapted)
    expected = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    if found != expected:
        name = min({name for name, _ in found.items() ^ expected.items()})
        fault = (
            f"does not fit its base {base_of(adapter)}: {name} is {found.get(name, 'missing')}, "
            f"but the base needs {expected.get(name, 'no such tensor')}."
        )
        raise OptionError(adapter, fault, _RIGHT_BASE)


def merge_adapter(adapter: str, out: Path, *, dtype: str | None) -> Path:
    """Merge an adapter into its base, and write the model with processor and provenance.

    The folder is written completely, or not at all.

    Args:
        adapter: the folder of the adapter.
        out: the folder to write.
        dtype: the type of the weights: `float32`, `bfloat16`; None for the type as stored.

    Raises:
        OptionError: the adapter does not state its base, or `out` contains something else than a model.
    """
    base = base_of(adapter)
    refuse_link(out)
    if out.exists() and not (out / "config.json").is_file() and (not out.is_dir() or any(out.iterdir())):
        raise OptionError(out, "already exists, and is not a model.", "Move it to another folder.")
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f"{out.name}.", dir=out.parent) as folder:
        unfinished = Path(folder) / out.name
        with whole_weights():
            merged = open_adapter(open_model(base, dtype=dtype or "auto"), adapter)
            merged.merge_and_unload().save_pretrained(unfinished)
        processor = open_processor(adapter if _has_processor(adapter) else base)
        processor.save_pretrained(unfinished)
        if provenance := read_provenance(adapter):
            write_provenance(unfinished, provenance)
        if out.exists():
            out.rename(Path(folder) / "before")
        unfinished.rename(out)
    return out


def base_of(adapter: str) -> str:
    """The base of an adapter: the model that it was trained on.

    A run that started from an adapter keeps the merged base in its own folder, as MERGED. The base is found
    there even if the folder was moved, and also from the run's checkpoints.

    Raises:
        OptionError: the adapter states no base, or another adapter as its base, or cannot be read.
    """
    with in_words(adapter, "its adapter_config.json cannot be read", "Pass a folder that PEFT wrote."):
        stated = json.loads(read_regular(Path(adapter) / ADAPTER_CONFIG))
        base = stated.get("base_model_name_or_path")
        if not isinstance(base, str | None):
            raise ValueError("base_model_name_or_path is not a text")
    if not base:
        fault = "has no base_model_name_or_path in its adapter_config.json."
        raise OptionError(adapter, fault, _RIGHT_BASE)
    if Path(base).name == MERGED:
        for folder in (Path(adapter), Path(adapter).resolve().parent):
            if (folder / MERGED).is_dir():
                return str(folder / MERGED)
    refuse_adapter_as_base(adapter, base)
    return base


def refuse_adapter_as_base(adapter: str, base: str) -> None:
    """Refuse an adapter if its base is not a full model.

    Args:
        adapter: the name of the adapter.
        base: the folder of its base.

    Raises:
        OptionError: the folder of the base contains an adapter, perhaps the same one.
    """
    if is_adapter(base):
        fault = f"states a base in its adapter_config.json that is an adapter and not a full model: {base}."
        raise OptionError(adapter, fault, _RIGHT_BASE)


def name_base(model: Any, base: str) -> None:
    """Store the folder of the base, such as MERGED, in a model's adapters, if it has any."""
    for config in getattr(model, "peft_config", {}).values():
        config.base_model_name_or_path = base


def weights_dtype(settings: Any, args: Any) -> str | None:
    """The precision in which weights are loaded.

    With an adapter, it is the precision of the settings, because PEFT trains the adapter in float32. Without
    an adapter, it is float32, because a small step on a bfloat16 weight is lost by rounding. Autocast
    (`bf16`) still computes in bfloat16. DeepSpeed keeps a float32 copy of bfloat16 weights by itself.

    Args:
        settings: TRL's ModelConfig.
        args: TRL's configuration.

    Returns:
        `float32`, `bfloat16` …; None for the type as stored.
    """
    copied = args.deepspeed_plugin is not None and (args.bf16 or args.fp16)
    asked: str | None = settings.dtype
    return asked if settings.use_peft or copied else "float32"


def load_model(settings: Any, *, dtype: str | None, train_vision: bool) -> Any:
    """Load a model's weights for training.

    Args:
        settings: TRL's ModelConfig.
        dtype: the type of the weights, from `weights_dtype`.
        train_vision: whether the vision tower and its projector are trained too, if there is no adapter.
    """
    model = open_model(
        settings.model_name_or_path,
        dtype=dtype or "auto",
        attn_implementation=settings.attn_implementation,
    )
    if not train_vision:
        for name, parameter in model.named_parameters():
            if not any(part in name for part in LANGUAGE):
                parameter.requires_grad_(False)
    return model


def adapter_config(settings: Any) -> Any:
    """The settings of the adapter to train; None if no adapter is trained.

    By default, the adapter is on all linear layers of the language model.
    """
    from trl.trainer.utils import get_peft_config

    config: Any = get_peft_config(settings)
    if config is not None and config.target_modules is None:
        config.target_modules = LORA_TARGETS
    return config


def _has_processor(folder: str) -> bool:
    return any(
        (Path(folder) / name).is_file() for name in ("processor_config.json", "preprocessor_config.json")
    )
