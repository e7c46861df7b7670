"""The size of a model, from its configuration only. No weights are read or made."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vsidata.errors import OptionError
from vsitrain.models.whole_weights import model_of_shapes, whole_weights

if TYPE_CHECKING:
    from peft import LoraConfig

_PARTS = (
    ("projector", re.compile(r"\.(merger|deepstack_merger_list|multi_modal_projector)\.")),
    ("vision tower", re.compile(r"\.(visual|vision_tower)\.")),
    ("head", re.compile(r"(^|\.)lm_head\.")),
    ("embeddings", re.compile(r"\.embed_tokens\.")),
)
_REST = "language model"
PARTS = ("vision tower", "projector", "language model", "embeddings", "head")
"""The parts of a vision-language model. The head is empty if it shares its weights with the embeddings."""


@dataclass(frozen=True)
class ModelSize:
    """The numbers of a model that decide memory and speed.

    Attributes:
        name: the name of the model.
        parts: number of parameters by part.
        trained: number of trained parameters by part; those of the adapter if there is one.
        lora: whether an adapter is trained.
        hidden, intermediate, layers: width, feed-forward width and depth of the language model.
        attention: width of its queries: heads × their size.
        key_value: width of its keys, which is also the width of its values.
        vocabulary: number of words.
        vision_hidden, vision_intermediate, vision_layers: the same sizes of the vision tower.
        pixel: number of values of a patch that enters the vision tower.
    """

    name: str
    parts: Mapping[str, int]
    trained: Mapping[str, int]
    lora: bool
    hidden: int
    intermediate: int
    layers: int
    attention: int
    key_value: int
    vocabulary: int
    vision_hidden: int
    vision_intermediate: int
    vision_layers: int
    pixel: int

    @property
    def total(self) -> int:
        """Number of parameters, without an adapter."""
        return sum(self.parts.values())

    @property
    def trained_total(self) -> int:
        """Number of trained parameters."""
        return sum(self.trained.values())

    @property
    def trains_vision(self) -> bool:
        """Whether the vision tower is trained."""
        return self.trained.get("vision tower", 0) > 0


def read_model_config(name_or_path: str) -> Any:
    """A model's configuration, from a folder or from the Hub.

    Raises:
        OptionError: the model does not exist, or is an adapter.
        VsiError: the Hub cannot be reached, or the family of the model is not supported.
    """
    from vsidata.files.hub.reach import require_reach
    from vsitrain.families import family_of
    from vsitrain.pretrained import open_config

    folder = Path(name_or_path)
    if (folder / "adapter_config.json").is_file() and not (folder / "config.json").is_file():
        fault = "contains an adapter, not a model."
        raise OptionError(name_or_path, fault, "Pass the model that the adapter belongs to.")
    if not folder.is_dir():
        require_reach(name_or_path, "model")
    config = open_config(name_or_path)
    family_of(config)
    return config


def measure_model(
    config: Any, *, lora: "LoraConfig | None" = None, frozen: Collection[str] = ()
) -> ModelSize:
    """Count a model's parameters on PyTorch's meta device, which has shapes and no numbers.

    Args:
        config: the configuration of a vision-language model, from `read_model_config`.
        lora: the adapter to train; None to train the model's own parameters.
        frozen: parts of `PARTS` that are not trained, if there is no adapter.

    Raises:
        OptionError: the adapter's targets are not modules of the model.
    """
    name = getattr(config, "name_or_path", "") or config.model_type
    model = model_of_shapes(config)
    parts = _by_part(dict(model.named_parameters()))
    if lora is None:
        trained = Counter({part: count for part, count in parts.items() if part not in frozen})
    else:
        trained = _adapters(model, lora)
    text, vision = config.get_text_config(), config.vision_config
    head_size = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
    width = getattr(vision, "embed_dim", None) or vision.hidden_size
    return ModelSize(
        name=name,
        parts={part: parts[part] for part in PARTS},
        trained={part: trained[part] for part in PARTS},
        lora=lora is not None,
        hidden=text.hidden_size,
        intermediate=text.intermediate_size,
        layers=text.num_hidden_layers,
        attention=text.num_attention_heads * head_size,
        key_value=text.num_key_value_heads * head_size,
        vocabulary=text.vocab_size,
        vision_hidden=width,
        vision_intermediate=getattr(vision, "intermediate_size", None) or int(width * vision.mlp_ratio),
        vision_layers=getattr(vision, "depth", None) or vision.num_hidden_layers,
        pixel=_pixel(vision),
    )


def part_of(parameter: str) -> str:
    """The part that a parameter belongs to, by its name: `model.visual.patch_embed.proj.weight`."""
    return next((part for part, pattern in _PARTS if pattern.search(parameter)), _REST)


def _by_part(parameters: Mapping[str, Any]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for name, parameter in parameters.items():
        counts[part_of(name)] += parameter.numel()
    return counts


def _adapters(model: Any, lora: "LoraConfig") -> Counter[str]:
    from peft import inject_adapter_in_model

    try:
        with whole_weights():
            adapted: Any = inject_adapter_in_model(lora, model, low_cpu_mem_usage=True)
    except ValueError as error:
        fault = f"matches no module of the model: {str(error).partition('. ')[0]}."
        raise OptionError(
            "lora_target_modules", fault, "Remove it to adapt all linear layers of the language model."
        ) from error
    return _by_part({name: it for name, it in adapted.named_parameters() if it.requires_grad})


def _pixel(vision: Any) -> int:
    channels: int = getattr(vision, "in_channels", None) or vision.num_channels
    patch: int | tuple[int, int] = vision.patch_size
    frames: int = getattr(vision, "temporal_patch_size", 1)
    return channels * frames * (patch**2 if isinstance(patch, int) else patch[0] * patch[1])
