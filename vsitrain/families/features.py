"""Features: the vision tower's output for clips. They are computed once per clip, and used in all passes."""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from vsitrain.families.base import base_model

KINDS = {"pixel_values": "image", "pixel_values_videos": "video"}
"""The kind of input in transformers, by the name of its pixels."""

Features = Mapping[str, Any]
"""The vision tower's output for clips, which a model takes in place of pixels (`mm_encoder_outputs`).

It has a `ModelOutput` per kind, `image` or `video`. `pooler_output` has the features of each image or video.
For Qwen3-VL, `deepstack_features` is a list with the features of each level of the tower that the model uses.
"""


def features_of(model: Any, vision: Mapping[str, Tensor]) -> Features:
    """Run the vision tower over one clip.

    The caller sets the precision, and whether gradients are kept.

    Args:
        model: the loaded model, with or without an adapter.
        vision: the tensors of the clip, from `vsitrain.families.EncodedPrompt`.

    Returns:
        The features of the clip, on the device of the model.
    """
    base = base_model(model)
    made = {}
    for pixels, kind in KINDS.items():
        if pixels in vision:
            see = getattr(base.model, f"get_{kind}_features")
            wanted = inspect.signature(see).parameters
            given = {key: value.to(base.device) for key, value in vision.items() if key in wanted}
            output = see(**given, return_dict=True)
            # `last_hidden_state`, the patches before they are merged, is not used and takes most memory.
            made[kind] = type(output)(**{name: output[name] for name in _USED if name in output})
    return made


_USED = ("pooler_output", "deepstack_features")


def leaves_of(features: Features) -> tuple[Features, list[tuple[Tensor, Tensor]]]:
    """Copy features as leaves, so that a backward pass ends at the copies and not in the vision tower.

    Args:
        features: features with gradients into the tower.

    Returns:
        The copies, and pairs of a tensor of `features` and its copy.
    """
    pairs: list[tuple[Tensor, Tensor]] = []

    def cut(it: Any) -> Any:
        if not torch.is_tensor(it):
            return [cut(part) for part in it]
        leaf = it.detach().requires_grad_()
        pairs.append((it, leaf))
        return leaf

    cut_off = {
        kind: type(output)(**{name: cut(value) for name, value in output.items()})
        for kind, output in features.items()
    }
    return cut_off, pairs


def joined(parts: Sequence[Features]) -> Features:
    """Join the features of several clips to those of a batch, one clip per row. A clip may repeat."""
    return {kind: _joined([part[kind] for part in parts]) for kind in parts[0]}


def _joined(outputs: Sequence[Any]) -> Any:
    made: dict[str, Any] = {"pooler_output": _one_after_another(it.pooler_output for it in outputs)}
    if levels := outputs[0].get("deepstack_features"):
        made["deepstack_features"] = [
            _one_after_another(it.deepstack_features[level] for it in outputs) for level in range(len(levels))
        ]
    return type(outputs[0])(**made)


def _one_after_another(parts: Iterable[Any]) -> Any:
    """Join features: one tensor (images, tokens, width) for InternVL, one tensor per image for others."""
    listed = list(parts)
    if torch.is_tensor(listed[0]):
        return torch.cat(listed)
    return [one for part in listed for one in part]
