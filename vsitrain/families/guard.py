"""A model that refuses to read a video without its pixels."""

from collections.abc import Callable
from typing import Any

from vsidata.errors import VsiError
from vsitrain.families.family import family_of
from vsitrain.families.features import KINDS


def refuse_blind_passes(model: Any) -> Callable[[], None]:
    """Make a model raise where tokens stand for pixels that were not given.

    Left alone it takes them for words that mean nothing and says nothing: it trains, and learns nothing of
    what the video shows. The guard sits at the model, so that it holds for every trainer and however the
    library between calls it.

    Args:
        model: as it was loaded, or with an adapter around it.

    Returns:
        A function that takes the guard away.

    Raises:
        VsiError: at a forward pass over such tokens.
    """
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    pads = {getattr(base.config, attribute): key for attribute, key in family_of(base).pads.items()}

    def check(_: Any, args: tuple[Any, ...], given: dict[str, Any]) -> None:
        input_ids = given.get("input_ids", args[0] if args else None)
        # A single token is a model that writes on: it has the pixels in its cache.
        if input_ids is None or input_ids.shape[1] == 1:
            return
        # What the vision tower made of the pixels before, in `generate` or for several passes.
        made = given.get("mm_encoder_outputs") or {}
        for token, key in pads.items():
            seen = given.get(key) is not None or made.get(KINDS[key]) is not None
            if not seen and (count := int((input_ids == token).sum())):
                fault = f"was given {count} tokens that stand for pixels, and no {key}"
                remedy = "Pass on to the model all that vsitrain.families.encode gives."
                raise VsiError(type(base).__name__, fault, remedy)

    handle = base.register_forward_pre_hook(check, with_kwargs=True)
    remove: Callable[[], None] = handle.remove
    return remove
