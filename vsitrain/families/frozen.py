"""A frozen vision tower: it is not trained, and no gradient passes through it."""

from typing import Any

import torch

from vsitrain.families.base import base_model

_TOWERS = ("visual", "vision_tower")

LANGUAGE = ("language_model", "lm_head")
"""Parts of the names of the language model's parameters. All other parameters belong to vision."""


def trains_tower(model: Any) -> bool:
    """Return whether any parameter of the vision tower or its projector is trained.

    Args:
        model: the loaded model, with or without an adapter.
    """
    return any(
        parameter.requires_grad and not any(part in name for part in LANGUAGE)
        for name, parameter in model.named_parameters()
    )


def same_tower(model: Any, other: Any) -> bool:
    """Return whether two models have the same weights outside the language model, in the same precision.

    Args:
        model, other: the loaded models, with or without adapters.
    """
    ours, theirs = _weights_that_see(model), _weights_that_see(other)
    return ours.keys() == theirs.keys() and all(
        it.dtype == theirs[name].dtype and torch.equal(it, theirs[name]) for name, it in ours.items()
    )


def _weights_that_see(model: Any) -> dict[str, torch.Tensor]:
    base = base_model(model)
    return {name: it for name, it in base.named_parameters() if not any(part in name for part in LANGUAGE)}


def keep_gradients_out_of_the_tower(model: Any) -> None:
    """Prevent gradient checkpointing from running a frozen vision tower backward.

    For checkpointing, transformers requires gradients at all input embeddings, and treats the patch embedding
    of a vision tower as one (Qwen2-VL, Qwen2.5-VL, InternVL). Then the tower is computed again and runs
    backward, for gradients that are not used. The trained weights are the same without this.

    Call this before a trainer is made, and only if no parameter of the tower is trained.

    Args:
        model: the loaded model, without an adapter.

    Source: transformers 5.24, PreTrainedModel.enable_input_require_grads.
    """
    tower = next(getattr(model.model, name) for name in _TOWERS if hasattr(model.model, name))
    tower.get_input_embeddings = _none


def _none() -> None:
    """Replace `get_input_embeddings`, so that transformers finds no input embeddings in the tower."""
