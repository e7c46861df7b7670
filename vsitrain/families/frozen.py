"""A vision tower that stays as it is: no gradient goes back through it."""

from typing import Any

import torch

_TOWERS = ("visual", "vision_tower")

LANGUAGE = ("language_model", "lm_head")
"""Names within those of the parameters that belong to the language model; all others see."""


def trains_tower(model: Any) -> bool:
    """Whether any parameter outside the language model is trained: of the vision tower or its projector.

    Args:
        model: as it was loaded, or with an adapter around it.
    """
    return any(
        parameter.requires_grad and not any(part in name for part in LANGUAGE)
        for name, parameter in model.named_parameters()
    )


def same_tower(model: Any, other: Any) -> bool:
    """Whether two models have the same weights in all parts outside the language model, in one precision.

    Args:
        model, other: as they were loaded, or with an adapter around them.
    """
    ours, theirs = _weights_that_see(model), _weights_that_see(other)
    return ours.keys() == theirs.keys() and all(
        it.dtype == theirs[name].dtype and torch.equal(it, theirs[name]) for name, it in ours.items()
    )


def _weights_that_see(model: Any) -> dict[str, torch.Tensor]:
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    return {name: it for name, it in base.named_parameters() if not any(part in name for part in LANGUAGE)}


def keep_gradients_out_of_the_tower(model: Any) -> None:
    """Stop gradient checkpointing from running a frozen vision tower backward.

    For checkpointing, transformers asks for gradients at all input embeddings, and takes the patch embedding
    of a vision tower for one (Qwen2-VL, Qwen2.5-VL, InternVL). The whole tower is then computed again and run
    backward, for gradients that nothing uses. Without them the trained weights come out the same.

    Call this before a trainer is made, and only where no parameter of the tower is trained.

    Args:
        model: as it was loaded, without an adapter.

    Source: transformers 5.24, PreTrainedModel.enable_input_require_grads.
    """
    tower = next(getattr(model.model, name) for name in _TOWERS if hasattr(model.model, name))
    tower.get_input_embeddings = _none


def _none() -> None:
    """A tower that has no input embeddings, as far as transformers can see."""
