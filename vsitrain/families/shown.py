"""Let a model take rows with clips as inputs. Its vision tower runs once per clip."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch

from vsitrain.families.base import base_model
from vsitrain.families.encoding import EncodedPrompt, vision_inputs, with_features
from vsitrain.families.frozen import same_tower, trains_tower

Precision = Callable[[], AbstractContextManager[Any]]


def show_rows(
    model: Any,
    processor: Any,
    *,
    reference: Any = None,
    shares: bool = True,
    precision: Precision = nullcontext,
) -> None:
    """Let a model take `rows` as a keyword argument of a pass, in addition to `input_ids`.

    A frozen tower runs without gradients. It runs only once for consecutive passes over the same rows, such
    as those of a policy and its reference. A trained tower runs once per pass, within the call of the model,
    as DistributedDataParallel requires.

    Args:
        model: the loaded model, with or without an adapter.
        processor: the model's processor.
        reference: another model that takes rows, too. It gets the features of `model` only if it has the same
            tower.
        shares: whether the tower may run on its own. False passes the pixels of every row to the model, which
            is necessary if a process holds only its share of the weights (FSDP, ZeRO-3).
        precision: a context for the tower, such as `accelerator.autocast`.
    """
    last = None if trains_tower(model) else list[EncodedPrompt]()
    _take_rows(model, processor, last, shares, precision)
    if reference is not None:
        theirs = (
            last if last is not None and shares and same_tower(model, reference) else list[EncodedPrompt]()
        )
        _take_rows(reference, processor, theirs, shares, precision)


def _take_rows(
    model: Any, processor: Any, last: list[EncodedPrompt] | None, shares: bool, precision: Precision
) -> None:
    """Make a model take rows. `last` keeps the rows of its last pass; None if its tower is trained."""
    base = base_model(model)

    def see(_: Any, args: tuple[Any, ...], given: dict[str, Any]) -> Any:
        if "rows" not in given:
            return None
        rest = {key: value for key, value in given.items() if key != "rows"}
        rows: Sequence[EncodedPrompt] = given["rows"]
        if shares:
            with precision(), torch.set_grad_enabled(torch.is_grad_enabled() and last is None):
                rows = with_features(base, rows, before=last or ())
            if last is not None:
                last[:] = rows
        input_ids = given["input_ids"] if "input_ids" in given else args[0]
        return args, {**rest, **vision_inputs(processor, rows, input_ids)}

    base.register_forward_pre_hook(see, with_kwargs=True, prepend=True)
