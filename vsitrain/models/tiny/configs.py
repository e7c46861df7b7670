"""The configuration of a model of a given size, in the form of each family."""

from typing import Any

from vsitrain.models.tiny.size import Size

IMAGE_SIZE = 56
"""Height and width of a frame for families that resize all frames to one size: four tokens per frame."""


def make_config(size: Size, tokenizer: Any) -> Any:
    """The configuration of a random model.

    Args:
        size: the size of the model.
        tokenizer: the tokenizer, which states the tokens.
    """
    return {
        "qwen2-vl": _qwen2,
        "qwen2.5-vl": _qwen2_5,
        "qwen3-vl": _qwen3,
        "internvl": _internvl,
    }[size.family](size, tokenizer)


def _text(size: Size, tokenizer: Any) -> dict[str, Any]:
    return {
        "hidden_size": size.hidden_size,
        "num_hidden_layers": size.layers,
        "num_attention_heads": size.heads,
        "num_key_value_heads": size.key_value_heads,
        "intermediate_size": size.intermediate_size,
        "vocab_size": size.vocabulary or len(tokenizer),
        "initializer_range": size.initializer_range,
        "rms_norm_eps": 1e-6,
        "bos_token_id": None,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
        "tie_word_embeddings": size.tied,
    }


def _vision(size: Size) -> dict[str, Any]:
    return {
        "depth": size.vision_layers,
        "num_heads": size.vision_heads,
        "initializer_range": size.initializer_range,
    }


def _vision_width(size: Size) -> int:
    return size.vision_intermediate_size or 2 * size.vision_hidden_size


def _tokens(size: Size, tokenizer: Any) -> dict[str, Any]:
    names = ("image_token", "video_token", "vision_start_token", "vision_end_token")
    ids = {f"{name}_id": tokenizer.convert_tokens_to_ids(getattr(tokenizer, name)) for name in names}
    return {**ids, "tie_word_embeddings": size.tied}


def _rope(size: Size, share_of_space: float, **more: Any) -> dict[str, Any]:
    """Rotary positions. Half of their dimensions are divided among time, height and width."""
    half = size.hidden_size // size.heads // 2
    space = int(half * share_of_space)
    sections = [half - 2 * space, space, space]
    return {"rope_type": "default", "mrope_section": sections, "rope_theta": 1e6, **more}


def _qwen2(size: Size, tokenizer: Any) -> Any:
    from transformers import Qwen2VLConfig

    return Qwen2VLConfig(
        text_config={**_text(size, tokenizer), "rope_parameters": _rope(size, 3 / 8)},
        vision_config={
            **_vision(size),
            "embed_dim": size.vision_hidden_size,
            "hidden_size": size.hidden_size,
        },
        **_tokens(size, tokenizer),
    )


def _qwen2_5(size: Size, tokenizer: Any) -> Any:
    from transformers import Qwen2_5_VLConfig

    return Qwen2_5_VLConfig(
        text_config={**_text(size, tokenizer), "rope_parameters": _rope(size, 3 / 8)},
        vision_config={
            **_vision(size),
            "hidden_size": size.vision_hidden_size,
            "intermediate_size": _vision_width(size),
            "out_hidden_size": size.hidden_size,
            "fullatt_block_indexes": [size.vision_layers - 1],
        },
        **_tokens(size, tokenizer),
    )


def _qwen3(size: Size, tokenizer: Any) -> Any:
    from transformers import Qwen3VLConfig

    return Qwen3VLConfig(
        text_config={
            **_text(size, tokenizer),
            "head_dim": size.hidden_size // size.heads,
            "rope_parameters": _rope(size, 5 / 16, mrope_interleaved=True),
        },
        vision_config={
            **_vision(size),
            "hidden_size": size.vision_hidden_size,
            "intermediate_size": _vision_width(size),
            "out_hidden_size": size.hidden_size,
            "num_position_embeddings": size.vision_positions,
            "deepstack_visual_indexes": list(size.vision_levels),
        },
        **_tokens(size, tokenizer),
    )


def _internvl(size: Size, tokenizer: Any) -> Any:
    from transformers import InternVLConfig

    return InternVLConfig(
        text_config={**_text(size, tokenizer), "model_type": "qwen2"},
        vision_config={
            "hidden_size": size.vision_hidden_size,
            "num_hidden_layers": size.vision_layers,
            "num_attention_heads": size.vision_heads,
            "intermediate_size": _vision_width(size),
            "initializer_range": size.initializer_range,
            "layer_scale_init_value": 1.0,
            "image_size": IMAGE_SIZE,
        },
        image_token_id=tokenizer.convert_tokens_to_ids(tokenizer.context_image_token),
        image_seq_length=(IMAGE_SIZE // 14) ** 2 // 4,
        tie_word_embeddings=size.tied,
    )
