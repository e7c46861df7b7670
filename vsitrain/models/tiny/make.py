"""Write a random model that loads like a published one."""

from pathlib import Path
from typing import Any

from vsitrain.models.tiny.configs import IMAGE_SIZE, make_config
from vsitrain.models.tiny.processors import make_processor, make_tokenizer
from vsitrain.models.tiny.size import TINY, Size


def make_tiny(out: str | Path, size: Size = TINY, *, seed: int = 0) -> int:
    """Write a model with random weights, its tokenizer, processor and chat template. Needs no network.

    `AutoModelForImageTextToText.from_pretrained` and `AutoProcessor.from_pretrained` open the folder. The
    tokenizer has one token per byte, so a text has about four times as many tokens as with a real tokenizer.

    Args:
        out: the folder to write.
        size: the size of the model; `TINY.model_copy(update={"family": "qwen3-vl"})` for another family.
        seed: the random seed of the weights.

    Returns:
        The number of parameters.
    """
    model, processor = random_model(size, seed=seed)
    model.save_pretrained(out)
    processor.save_pretrained(out)
    return int(model.num_parameters())


def random_model(size: Size, *, seed: int = 0) -> tuple[Any, Any]:
    """A model with random weights on PyTorch's default device, and its processor.

    Args:
        size, seed: as for `make_tiny`.
    """
    import torch
    from transformers import AutoModelForImageTextToText, GenerationConfig

    tokenizer = make_tokenizer(size.family)
    torch.manual_seed(seed)
    model = AutoModelForImageTextToText.from_config(
        make_config(size, tokenizer), dtype=getattr(torch, size.dtype)
    )
    model.generation_config = GenerationConfig(
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id, do_sample=True
    )
    return model, make_processor(size, tokenizer, IMAGE_SIZE)
