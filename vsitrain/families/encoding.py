"""Encode prompts with their clips for a model, in the same way for training and evaluation."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from vsidata.errors import OptionError
from vsitrain.data.clip import Clip
from vsitrain.families.family import family_of, pad_token_ids
from vsitrain.families.features import KINDS, Features, features_of, joined
from vsitrain.families.marks import refuse_marks, texts_of
from vsitrain.families.pixels import Pixels
from vsitrain.families.places import InputMode, Messages, stills, with_places

_OF_TEXT = ("attention_mask", "mm_token_type_ids", "token_type_ids")


@dataclass(frozen=True, eq=False)
class EncodedPrompt:
    """A prompt with its clip.

    Attributes:
        input_ids: the tokens, with one pad token per feature of the clip.
        vision: the tensors of the clip, on the CPU. A batch joins those of its rows on the first axis. Rows
            about the same clip share these tensors.
        features: the vision tower's output for the clip, which is used in place of its pixels; None if the
            tower has not run.
    """

    input_ids: list[int]
    vision: Mapping[str, Tensor]
    features: Features | None = None


def with_features(
    model: Any, rows: Sequence[EncodedPrompt], *, before: Sequence[EncodedPrompt] = ()
) -> list[EncodedPrompt]:
    """The rows with features. The vision tower runs once per distinct clip.

    Args:
        model: the model with the vision tower.
        rows: encoded rows. A row that has features keeps them. A row that appears several times in `rows`
            does so in the result.
        before: rows with features of the same tower. The tower does not run over their clips again.
    """
    made = {id(row.vision): row.features for row in before}
    seen: dict[int, EncodedPrompt] = {}
    for row in rows:
        if row.features is None and made.get(id(row.vision)) is None:
            made[id(row.vision)] = features_of(model, row.vision)
        if id(row) not in seen:
            seen[id(row)] = replace(row, features=row.features or made[id(row.vision)])
    return [seen[id(row)] for row in rows]


def without_features(rows: Sequence[EncodedPrompt]) -> list[EncodedPrompt]:
    """The rows without features. A row that appears several times does so in the result."""
    bare = {id(row): replace(row, features=None) for row in rows}
    return [bare[id(row)] for row in rows]


def encode_rows(
    processor: Any,
    prompts: Sequence[Messages],
    clips: Sequence[Clip],
    *,
    input_mode: InputMode = "video",
    add_generation_prompt: bool = True,
    template_options: Mapping[str, Any] | None = None,
    pixels: Pixels | None = None,
    names: Sequence[str] | None = None,
) -> list[EncodedPrompt]:
    """Put each clip into its prompt. A prompt is never truncated, because the question is at its end.

    Args:
        processor: the model's processor.
        prompts: messages; each conversation has one part `{"type": "video"}`.
        clips: one clip per prompt. The pixels of a clip of several prompts are prepared once, and equal
            prompts about it share one row. Clips with equal frames and times count as one clip.
        input_mode: whether a clip is shown as a video or as images.
        add_generation_prompt: whether the prompt ends with the beginning of the assistant's turn.
        template_options: options of the chat template.
        pixels: keeps the last clip for the next call, which must have the same processor and input mode.
        names: the names of the prompts in an error. None: an error quotes the end of the prompt.

    Returns:
        One row per prompt.

    Raises:
        ValueError: a prompt has no place for its clip, or several places.
        OptionError: a prompt has more tokens than the tokenizer's limit, or contains a token for pixels.
    """
    called = names or ["of a question without a name"] * len(prompts)
    refuse_marks(
        processor, ((name, text) for name, it in zip(called, prompts, strict=True) for text in texts_of(it))
    )
    texts = [
        processor.apply_chat_template(
            with_places(messages, clip, input_mode),
            add_generation_prompt=add_generation_prompt,
            tokenize=False,
            **(template_options or {}),
        )
        for messages, clip in zip(prompts, clips, strict=True)
    ]
    about: dict[tuple[str, float], tuple[Clip, dict[str, None]]] = {}
    for text, clip in zip(texts, clips, strict=True):
        about.setdefault(_shown(clip), (clip, {}))[1][text] = None
    pixels = pixels or Pixels()
    rows = {
        key: _encode(processor, list(its), clip, input_mode, pixels) for key, (clip, its) in about.items()
    }
    encoded = [rows[_shown(clip)][text] for text, clip in zip(texts, clips, strict=True)]
    _refuse_too_long(processor, encoded, names or [f"that ends in {text[-_SHOWN:]!r}" for text in texts])
    return encoded


_SHOWN = 80  # number of characters of a prompt in an error


def _shown(clip: Clip) -> tuple[str, float]:
    """The data of a clip that a processor reads: frames, times, and frames per second."""
    return clip.digest, clip.fps


def _refuse_too_long(processor: Any, rows: Sequence[EncodedPrompt], names: Sequence[str]) -> None:
    tokenizer = processor.tokenizer
    most = min(tokenizer.init_kwargs.get("max_length") or math.inf, tokenizer.model_max_length or math.inf)
    for row, name in zip(rows, names, strict=True):
        if len(row.input_ids) > most:
            fault = f"has {len(row.input_ids):,} tokens, but the tokenizer's limit is {most:,}."
            remedy = (
                "Show fewer frames or pixels (frames, max_pixels), or raise max_length or "
                "model_max_length in the model's tokenizer_config.json if the model can read more."
            )
            raise OptionError(f"the prompt {name}", fault, remedy)


def _encode(
    processor: Any, texts: Sequence[str], clip: Clip, input_mode: InputMode, pixels: Pixels
) -> dict[str, EncodedPrompt]:
    """Encode prompts about one clip, by their text. The results share the tensors of the clip."""
    family = family_of(processor)
    place = family.place if input_mode == "video" else None
    remembered = pixels.of(processor, clip)
    shown: dict[str, Any]
    if input_mode == "images":
        shown = {"images": [stills(fitted(processor, clip))]}
    else:
        clip = _long_enough(clip, family.fewest)
        shown = {"videos": [clip.frames], "video_metadata": [_metadata(clip)], "do_sample_frames": False}
        if hasattr(processor.video_processor, "cap_pixels_per_frame"):
            # Only the limits of `limit_pixels` apply, not an additional limit on the number of tokens.
            shown["cap_pixels_per_frame"] = False
    ids: dict[str, list[int]] = {}
    with remembered:
        for text in texts:
            placed = text.replace(place, processor.video_token) if place else text
            # The tokenizer's settings may contain a `max_length`, at which it would truncate silently.
            encoded = processor(
                text=[placed], return_tensors="pt", truncation=False, max_length=None, **shown
            )
            ids[text] = encoded.pop("input_ids")[0].tolist()
            if pixels.vision is None:
                pixels.vision = {key: value for key, value in encoded.items() if key not in _OF_TEXT}
        vision = pixels.vision or {}
    return {text: EncodedPrompt(its, vision) for text, its in ids.items()}


def fitted(processor: Any, clip: Clip) -> Clip:
    """Resize a clip so that the processor does not resize or split its frames, which are shown as images.

    InternVL would split a larger image into parts. vLLM scales images by its own limits, and counts other
    tokens if the size differs.

    Args:
        processor: the processor, with its pixel limits set.
        clip: the clip to resize.
    """
    from PIL import Image

    images = processor.image_processor
    if family_of(processor).limits is None:
        height, width = images.size["height"], images.size["width"]
    else:
        grid = images(images=[clip.frames[0]], return_tensors="pt")["image_grid_thw"][0].tolist()
        height, width = (patches * images.patch_size for patches in grid[1:])
    if clip.frames.shape[1:3] == (height, width):
        return clip
    resized = [np.asarray(still.resize((width, height), Image.Resampling.BICUBIC)) for still in stills(clip)]
    return replace(clip, frames=np.stack(resized))


def _long_enough(clip: Clip, fewest: int) -> Clip:
    """The clip, padded with its last frame at the same time, as in the processors of other families."""
    missing = fewest - len(clip.frames)
    if missing <= 0:
        return clip
    frames = np.concatenate([clip.frames, np.repeat(clip.frames[-1:], missing, axis=0)])
    times = clip.timestamps[-1] + np.arange(1, missing + 1) / 1e6
    return Clip(frames, np.concatenate([clip.timestamps, times]), clip.seconds or 1 / clip.fps)


def _metadata(clip: Clip) -> Any:
    """The times of the frames, as positions in a video with a frame every millisecond."""
    from transformers.video_utils import VideoMetadata

    return VideoMetadata(
        total_num_frames=round(len(clip.frames) * 1000 / clip.fps),
        fps=1000,
        frames_indices=[round(1000 * time) for time in clip.timestamps.tolist()],
    )


def token_types(processor: Any, input_ids: Tensor) -> Tensor:
    """The type of each token, in the shape of `input_ids`: 0 text, 1 image, 2 video."""
    types = torch.zeros_like(input_ids)
    for kind, token in enumerate(pad_token_ids(processor), start=1):
        types[input_ids == token] = kind
    return types


def unexpanded(processor: Any, input_ids: Sequence[int]) -> list[int]:
    """A prompt with one token per image, as before the processor. vLLM needs this form.

    vLLM inserts the tokens of an image itself. With those of the processor, it would insert them twice.

    Args:
        processor: the model's processor.
        input_ids: the prompt, with one image token per feature of each image.
    """
    image = processor.image_token_id
    # InternVL's processor writes these two tokens around an image, and so does vLLM.
    around = [getattr(processor, name, None) for name in ("start_image_token_id", "end_image_token_id")]
    tokens: list[int] = []
    for token, run in groupby(input_ids):
        if token not in around:
            tokens += [image] if token == image else run
    return tokens


def clip_tensors(rows: Sequence[EncodedPrompt]) -> dict[str, Tensor]:
    """The joined tensors of the rows' clips. If the rows have features, the pixels are left out."""
    return {
        key: torch.cat([row.vision[key] for row in rows])
        for key in rows[0].vision
        if rows[0].features is None or key not in KINDS
    }


def vision_inputs(processor: Any, rows: Sequence[EncodedPrompt], input_ids: Tensor) -> dict[str, Any]:
    """The inputs of a forward pass that come from the clips of rows.

    Args:
        processor: the model's processor.
        rows: n rows, all with features or all without.
        input_ids: (n, tokens) the padded rows, with the tokens after them.

    Returns:
        Keyword arguments of the model, on the device of `input_ids`.
    """
    inputs = clip_tensors(rows)
    if family_of(processor).typed:
        inputs["mm_token_type_ids"] = token_types(processor, input_ids)
    placed: dict[str, Any] = {key: value.to(input_ids.device) for key, value in inputs.items()}
    features = [row.features for row in rows if row.features is not None]
    return {**placed, "mm_encoder_outputs": joined(features)} if features else placed


def padded(
    processor: Any, rows: Sequence[EncodedPrompt], *, padding_side: Literal["left", "right"] = "left"
) -> dict[str, Tensor]:
    """The tokens of n rows of any lengths: (n, tokens) `input_ids` and `attention_mask`.

    Args:
        processor: the model's processor.
        rows: n rows.
        padding_side: the side of the padding; left for generation.
    """
    return dict(
        processor.tokenizer.pad(
            {"input_ids": [row.input_ids for row in rows]}, padding_side=padding_side, return_tensors="pt"
        )
    )


def collate(
    processor: Any, rows: Sequence[EncodedPrompt], *, padding_side: Literal["left", "right"] = "left"
) -> Any:
    """Join rows to one batch: the results of `padded`, with the same arguments, and of `vision_inputs`."""
    from transformers import BatchFeature

    batch = padded(processor, rows, padding_side=padding_side)
    return BatchFeature({**batch, **vision_inputs(processor, rows, batch["input_ids"])})


def encode(
    processor: Any,
    prompts: Sequence[Messages],
    clips: Sequence[Clip],
    *,
    padding_side: Literal["left", "right"] = "left",
    **options: Any,
) -> Any:
    """Encode prompts with their clips as one batch: `encode_rows`, then `collate`, with the same options."""
    return collate(processor, encode_rows(processor, prompts, clips, **options), padding_side=padding_side)


def clip_tokens(
    processor: Any, frames: int, height: int, width: int, *, input_mode: InputMode = "video"
) -> int:
    """The number of tokens of a clip in a prompt, including those that its family writes around frames.

    The function encodes a black clip with one frame per second and counts its tokens. Times with more digits
    may take a few more tokens.

    Args:
        processor: the processor, with its pixel limits set.
        frames: number of frames of the clip.
        height, width: size of a frame in pixels.
        input_mode: whether the clip is shown as a video or as images.
    """
    clip = Clip(np.zeros((frames, height, width, 3), dtype=np.uint8), np.arange(frames, dtype=np.float64))
    asked = [{"role": "user", "content": [{"type": "video"}]}]
    bare = processor.apply_chat_template([{"role": "user", "content": []}], tokenize=False)
    row = encode_rows(processor, [asked], [clip], input_mode=input_mode, add_generation_prompt=False)[0]
    return len(row.input_ids) - len(processor.tokenizer(bare)["input_ids"])
