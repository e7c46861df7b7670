"""Make complete models in a process, even if the training splits weights over processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def whole_weights() -> Iterator[None]:
    """In this context, transformers makes and loads complete models, also in a run with DeepSpeed's ZeRO-3.

    In a run with ZeRO-3, transformers splits every model that it makes over the processes. This is right only
    for the model that is trained. A model on the meta device has no weights to split. A model that is merged
    and saved must be complete.

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
    """A model on PyTorch's meta device, which has shapes and no numbers.

    Args:
        config: the configuration of a vision-language model.
    """
    import torch
    from transformers import AutoModelForImageTextToText

    with whole_weights(), torch.device("meta"):
        return AutoModelForImageTextToText.from_config(config)
