"""The model that a run starts from: a published one, a checkpoint, or an adapter merged into its base."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from vsidata.errors import OptionError
from vsidata.files.safe_files import read_regular, refuse_link
from vsitrain.families import LANGUAGE, LORA_TARGETS
from vsitrain.models.whole_weights import model_of_shapes, whole_weights
from vsitrain.pretrained import in_words, limited, open_adapter, open_model, open_processor, refuse_pickles
from vsitrain.runs.provenance import MERGED, read_provenance, write_provenance

_RIGHT_BASE = "Name the model that it was trained on as base_model_name_or_path in its adapter_config.json."

ADAPTER_CONFIG, ADAPTER_WEIGHTS = "adapter_config.json", "adapter_model.safetensors"


def is_adapter(name_or_path: str) -> bool:
    """Whether a folder holds an adapter, and not a whole model."""
    return (Path(name_or_path) / ADAPTER_CONFIG).is_file()


def check_adapter(adapter: str, base_config: Any) -> None:
    """Refuse an adapter that does not fit its base, by names and shapes alone: no weight is read.

    Args:
        adapter: folder of the adapter.
        base_config: configuration of the model that it names as its base.

    Raises:
        OptionError: its tensors are not those that such an adapter has on this base.
    """
    import torch
    from peft import PeftConfig, get_peft_model, get_peft_model_state_dict
    from safetensors import safe_open

    refuse_pickles(adapter, ADAPTER_WEIGHTS)
    fault = "cannot be read as an adapter"
    with in_words(adapter, fault, "Name a folder that PEFT wrote."), limited(adapter, fault):
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
            f"and should be {expected.get(name, 'none of its tensors')}."
        )
        raise OptionError(adapter, fault, _RIGHT_BASE)


def merge_adapter(adapter: str, out: Path, *, dtype: str | None) -> Path:
    """Write the model that an adapter and its base make together, with processor and provenance beside it.

    The folder appears whole, or not at all.

    Args:
        adapter: folder of the adapter.
        out: folder to write.
        dtype: of the weights: `float32`, `bfloat16`; None as they are stored.

    Raises:
        OptionError: the adapter names no base, or there is something else than a model in `out`.
    """
    base = base_of(adapter)
    refuse_link(out)
    if out.exists() and not (out / "config.json").is_file() and (not out.is_dir() or any(out.iterdir())):
        raise OptionError(out, "is there already and is no model.", "Move it away: a model goes there.")
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
    """The model that an adapter says it was trained on.

    A run that started from an adapter keeps its base in its own folder, as MERGED. There it is found wherever
    that folder was moved to, from the run's checkpoints too.

    Raises:
        OptionError: it names none, or another adapter; or what it says cannot be read.
    """
    with in_words(adapter, "its adapter_config.json cannot be read", "Name a folder that PEFT wrote."):
        stated = json.loads(read_regular(Path(adapter) / ADAPTER_CONFIG))
        base = stated.get("base_model_name_or_path")
        if not isinstance(base, str | None):
            raise ValueError("base_model_name_or_path is no text")
    if not base:
        fault = "its adapter_config.json names no base_model_name_or_path."
        raise OptionError(adapter, fault, _RIGHT_BASE)
    if Path(base).name == MERGED:
        for folder in (Path(adapter), Path(adapter).resolve().parent):
            if (folder / MERGED).is_dir():
                return str(folder / MERGED)
    refuse_adapter_as_base(adapter, base)
    return base


def refuse_adapter_as_base(adapter: str, base: str) -> None:
    """Refuse an adapter whose base is no whole model.

    Args:
        adapter: its name.
        base: folder of the model that it was trained on.

    Raises:
        OptionError: there is an adapter in that folder, perhaps the same one.
    """
    if is_adapter(base):
        fault = f"its adapter_config.json names {base} as its base, which is an adapter and no whole model."
        raise OptionError(adapter, fault, _RIGHT_BASE)


def name_base(model: Any, base: str) -> None:
    """State the base of a model's adapters, such as MERGED, which others find beside the adapter.

    A model without adapters is left as it is.
    """
    for config in getattr(model, "peft_config", {}).values():
        config.base_model_name_or_path = base


def weights_dtype(settings: Any, args: Any) -> str | None:
    """The precision that weights are loaded in.

    With an adapter it is the one that is asked for: PEFT trains the adapter in float32. A model that is
    trained itself is float32: a small step on a bfloat16 weight is rounded away. It still computes in
    bfloat16, by autocast (`bf16`). DeepSpeed keeps a float32 copy of such weights by itself.

    Args:
        settings: TRL's ModelConfig.
        args: TRL's configuration.

    Returns:
        `float32`, `bfloat16` …; None as they are stored.
    """
    copied = args.deepspeed_plugin is not None and (args.bf16 or args.fp16)
    asked: str | None = settings.dtype
    return asked if settings.use_peft or copied else "float32"


def load_model(settings: Any, *, dtype: str | None, train_vision: bool) -> Any:
    """Load a model's weights to train them.

    Args:
        settings: TRL's ModelConfig.
        dtype: of the weights, from `weights_dtype`.
        train_vision: whether the vision tower and its projector are trained too, where there is no adapter.
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
    """The adapter to train, or None: by default on the language model's linear layers."""
    from trl.trainer.utils import get_peft_config

    config: Any = get_peft_config(settings)
    if config is not None and config.target_modules is None:
        config.target_modules = LORA_TARGETS
    return config


def _has_processor(folder: str) -> bool:
    return any(
        (Path(folder) / name).is_file() for name in ("processor_config.json", "preprocessor_config.json")
    )
