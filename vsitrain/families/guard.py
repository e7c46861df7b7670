"""A guard that stops a model from reading a video without its pixels."""

from collections.abc import Callable
from typing import Any

from vsidata.errors import VsiError
from vsitrain.families.base import base_model
from vsitrain.families.family import family_of
from vsitrain.families.features import KINDS


def refuse_blind_passes(model: Any) -> Callable[[], None]:
    """Make a model raise an error if it gets tokens for pixels without the pixels.

    Without the guard, the model reads such tokens as words without meaning, and raises no error: it trains,
    and learns nothing from the video. The guard is a hook of the model, so it works with every trainer and
    library.

    Args:
        model: the loaded model, with or without an adapter.

    Returns:
        A function that removes the guard.

    Raises:
        VsiError: a forward pass has such tokens (raised by the guarded model).
    """
    base = base_model(model)
    pads = {getattr(base.config, attribute): key for attribute, key in family_of(base).pads.items()}

    def check(_: Any, args: tuple[Any, ...], given: dict[str, Any]) -> None:
        input_ids = given.get("input_ids", args[0] if args else None)
        # A single token means that the model is generating. Then the pixels are in its cache.
        if input_ids is None or input_ids.shape[1] == 1:
            return
        # Features that the vision tower computed before, in `generate` or for several passes.
        made = given.get("mm_encoder_outputs") or {}
        for token, key in pads.items():
            seen = given.get(key) is not None or made.get(KINDS[key]) is not None
            if not seen and (count := int((input_ids == token).sum())):
                fault = f"was given {count} tokens that stand for pixels, but no {key}"
                remedy = "Pass the complete result of vsitrain.families.encode to the model."
                raise VsiError(type(base).__name__, fault, remedy)

    handle = base.register_forward_pre_hook(check, with_kwargs=True)
    remove: Callable[[], None] = handle.remove
    return remove
