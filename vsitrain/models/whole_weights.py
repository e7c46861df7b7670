"""Models that are made whole where training itself shares weights out over processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def whole_weights() -> Iterator[None]:
    """While it lasts, transformers makes and loads models whole, also in a run with DeepSpeed's ZeRO-3.

    Once a run's settings ask for ZeRO-3, every model that transformers makes is shared out over the processes
    at once. That is for the model that is trained. A model on the meta device has nothing to share out, and
    one that is merged and saved must be whole.

    Source: transformers 5.24, integrations/deepspeed.py.
    """
    from transformers.integrations import deepspeed

    reference = deepspeed._hf_deepspeed_config_weak_ref
    config = None if reference is None else reference()
    deepspeed.unset_hf_deepspeed_config()
    try:
        yield
    finally:
        if config is not None:
            deepspeed.set_hf_deepspeed_config(config)


def model_of_shapes(config: Any) -> Any:
    """A model on PyTorch's meta device: shapes without numbers.

    Args:
        config: of a vision-language model.
    """
    import torch
    from transformers import AutoModelForImageTextToText

    with whole_weights(), torch.device("meta"):
        return AutoModelForImageTextToText.from_config(config)
