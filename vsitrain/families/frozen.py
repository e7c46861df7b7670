"""A vision tower that stays as it is: no gradient goes back through it."""

from typing import Any

_TOWERS = ("visual", "vision_tower")


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
