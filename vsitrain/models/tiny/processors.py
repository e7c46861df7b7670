"""A tokenizer of bytes, and the processors of a family, made without a download."""

from importlib.resources import files
from typing import Any

from vsitrain.models.tiny.size import FamilyName, Size

_FRAMES = 16

_QWEN_PLACES = {
    "IMAGE": "<|vision_start|><|image_pad|><|vision_end|>",
    "VIDEO": "<|vision_start|><|video_pad|><|vision_end|>",
}
_INTERNVL_PLACES = {"IMAGE": "<IMG_CONTEXT>\n", "VIDEO": "<video>\n"}

_QWEN_TOKENS = {
    "vision_start_token": "<|vision_start|>",
    "vision_end_token": "<|vision_end|>",
    "image_token": "<|image_pad|>",
    "video_token": "<|video_pad|>",
}
_INTERNVL_TOKENS = {
    "start_image_token": "<img>",
    "end_image_token": "</img>",
    "context_image_token": "<IMG_CONTEXT>",
    "video_token": "<video>",
}


def make_tokenizer(family: FamilyName) -> Any:
    """Qwen's tokenizer without its words: one token per byte, and the special tokens of the family."""
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import Qwen2Tokenizer

    special = _INTERNVL_TOKENS if family == "internvl" else _QWEN_TOKENS
    alphabet = sorted(ByteLevel.alphabet())
    tokenizer = Qwen2Tokenizer(
        vocab={byte: number for number, byte in enumerate(alphabet)},
        merges=[],
        unk_token="<|endoftext|>",  # noqa: S106
        eos_token="<|im_end|>",  # noqa: S106
        pad_token="<|endoftext|>",  # noqa: S106
        extra_special_tokens=special,
    )
    tokenizer.add_tokens(["<|im_start|>"], special_tokens=True)
    return tokenizer


def make_processor(size: Size, tokenizer: Any, image_size: int) -> Any:
    """The processor of a family.

    Args:
        size: the size of the model, with the family and its pixel limits.
        tokenizer: the tokenizer from `make_tokenizer`.
        image_size: height and width of a frame, for a family that resizes all frames to one size.
    """
    import transformers

    from vsitrain.families.pixel_limits import limit_pixels

    places = _INTERNVL_PLACES if size.family == "internvl" else _QWEN_PLACES
    template = (files(__package__) / "chat_template.jinja").read_text()
    for name, tokens in places.items():
        template = template.replace(name, tokens)
    if size.family == "internvl":
        square = {"height": image_size, "width": image_size}
        return transformers.InternVLProcessor(
            image_processor=transformers.GotOcr2ImageProcessor(size=square),
            video_processor=transformers.InternVLVideoProcessor(size=square),
            tokenizer=tokenizer,
            image_seq_length=(image_size // 14) ** 2 // 4,
            chat_template=template,
        )
    kind: Any
    kind, video, patch = {
        "qwen2-vl": (transformers.Qwen2VLProcessor, transformers.Qwen2VLVideoProcessor, 14),
        "qwen2.5-vl": (transformers.Qwen2_5_VLProcessor, transformers.Qwen2VLVideoProcessor, 14),
        "qwen3-vl": (transformers.Qwen3VLProcessor, transformers.Qwen3VLVideoProcessor, 16),
    }[size.family]
    processor = kind(
        image_processor=transformers.Qwen2VLImageProcessor(patch_size=patch),
        video_processor=video(patch_size=patch),
        tokenizer=tokenizer,
        chat_template=template,
    )
    limit_pixels(processor, min_pixels=size.pixels[0], max_pixels=size.pixels[1], frames=_FRAMES)
    return processor
