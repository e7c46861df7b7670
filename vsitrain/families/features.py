"""What the vision tower makes of clips: made once for each clip, and handed to every pass that shows it."""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

KINDS = {"pixel_values": "image", "pixel_values_videos": "video"}
"""What transformers calls the input that the pixels belong to, by their name."""

Features = Mapping[str, Any]
"""What the vision tower makes of clips, as a model takes it in place of pixels (`mm_encoder_outputs`).

By kind, `image` or `video`, a `ModelOutput`: `pooler_output` with features for each image or video, and for
Qwen3-VL `deepstack_features`, a list of the same for each level of the tower that is handed on.
"""


def features_of(model: Any, vision: Mapping[str, Tensor]) -> Features:
    """Run the vision tower over one clip.

    Whether gradients are kept, and in which precision it runs, is as the caller has set it.

    Args:
        model: as it was loaded, or with an adapter around it.
        vision: what the clip brings, from `vsitrain.families.EncodedPrompt`.

    Returns:
        Its features, on the device of the model.
    """
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    made = {}
    for pixels, kind in KINDS.items():
        if pixels in vision:
            see = getattr(base.model, f"get_{kind}_features")
            wanted = inspect.signature(see).parameters
            given = {key: value.to(base.device) for key, value in vision.items() if key in wanted}
            output = see(**given, return_dict=True)
            # `last_hidden_state`, the patches before they are merged, is used by no pass and takes most room.
            made[kind] = type(output)(**{name: output[name] for name in _USED if name in output})
    return made


_USED = ("pooler_output", "deepstack_features")


def leaves_of(features: Features) -> tuple[Features, list[tuple[Tensor, Tensor]]]:
    """Features that a loss can be differentiated by, without going on into the vision tower.

    Args:
        features: with their gradients' way into the tower.

    Returns:
        The same numbers as leaves, and pairs of a tensor of `features` and its leaf.
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
    """The features of several clips as those of a batch: one clip a row. A clip may stand in several rows."""
    return {kind: _joined([part[kind] for part in parts]) for kind in parts[0]}


def _joined(outputs: Sequence[Any]) -> Any:
    made: dict[str, Any] = {"pooler_output": _one_after_another(it.pooler_output for it in outputs)}
    if levels := outputs[0].get("deepstack_features"):
        made["deepstack_features"] = [
            _one_after_another(it.deepstack_features[level] for it in outputs) for level in range(len(levels))
        ]
    return type(outputs[0])(**made)


def _one_after_another(parts: Iterable[Any]) -> Any:
    """InternVL has one tensor for all images, (images, tokens, width); the others a tensor for each."""
    listed = list(parts)
    if torch.is_tensor(listed[0]):
        return torch.cat(listed)
    return [one for part in listed for one in part]
