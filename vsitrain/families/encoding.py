"""Prompts and clips as a model reads them: the one way in for training and for evaluation."""

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
        input_ids: tokens, with as many pad tokens as the clip has features.
        vision: tensors that the clip brings, on the CPU. A batch joins those of its rows on the first axis.
            Rows about the same clip share them.
        features: what the vision tower made of the clip, which then stands in place of its pixels; None where
            the tower has not run.
    """

    input_ids: list[int]
    vision: Mapping[str, Tensor]
    features: Features | None = None


def with_features(
    model: Any, rows: Sequence[EncodedPrompt], *, before: Sequence[EncodedPrompt] = ()
) -> list[EncodedPrompt]:
    """The same rows with features: the vision tower runs once for each distinct clip.

    Args:
        model: whose tower runs.
        rows: as they were encoded. One that has features already keeps them. One that stands there several
            times is one row in the result, too.
        before: rows with features of the same tower, whose clips are not run again.
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
    """The same rows, whose clips no vision tower has run over. Rows that were one are one."""
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
    """Put each clip into its prompt. A prompt is never cut: its end is the question.

    Args:
        processor: of the model.
        prompts: messages, each conversation with one part `{"type": "video"}`.
        clips: one a prompt. The pixels of a clip that stands at several prompts are prepared once, and the
            rows of equal prompts about it are one. Clips of equal frames and times are one clip.
        input_mode: whether a clip is shown as a video or as images.
        add_generation_prompt: whether the assistant is to speak next.
        template_options: for the chat template.
        pixels: remembers the last clip for the next call, whose processor and input mode must be the same.
        names: of the prompts, for an error that names one; None for the end of its text.

    Returns:
        One row a prompt.

    Raises:
        ValueError: a prompt has no place for its clip, or more than one.
        OptionError: a prompt has more tokens than the tokenizer's own limit, or holds a token for pixels.
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


_SHOWN = 80  # characters of a prompt that an error quotes


def _shown(clip: Clip) -> tuple[str, float]:
    """All of a clip that a processor reads: frames, times, and frames per second."""
    return clip.digest, clip.fps


def _refuse_too_long(processor: Any, rows: Sequence[EncodedPrompt], names: Sequence[str]) -> None:
    tokenizer = processor.tokenizer
    most = min(tokenizer.init_kwargs.get("max_length") or math.inf, tokenizer.model_max_length or math.inf)
    for row, name in zip(rows, names, strict=True):
        if len(row.input_ids) > most:
            fault = f"has {len(row.input_ids):,} tokens, and the tokenizer's own limit is {most:,}."
            remedy = (
                "Show fewer frames or pixels (frames, max_pixels), or raise max_length or "
                "model_max_length in the model's tokenizer_config.json if the model can read more."
            )
            raise OptionError(f"the prompt {name}", fault, remedy)


def _encode(
    processor: Any, texts: Sequence[str], clip: Clip, input_mode: InputMode, pixels: Pixels
) -> dict[str, EncodedPrompt]:
    """Prompts about one clip, by their text. They share its tensors."""
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
            # Only the limits set by `limit_pixels` hold, not a share of a number of tokens besides.
            shown["cap_pixels_per_frame"] = False
    ids: dict[str, list[int]] = {}
    with remembered:
        for text in texts:
            placed = text.replace(place, processor.video_token) if place else text
            # The tokenizer's settings may hold a `max_length`, at which it would cut without a word.
            encoded = processor(
                text=[placed], return_tensors="pt", truncation=False, max_length=None, **shown
            )
            ids[text] = encoded.pop("input_ids")[0].tolist()
            if pixels.vision is None:
                pixels.vision = {key: value for key, value in encoded.items() if key not in _OF_TEXT}
        vision = pixels.vision or {}
    return {text: EncodedPrompt(its, vision) for text, its in ids.items()}


def fitted(processor: Any, clip: Clip) -> Clip:
    """The clip at the size at which its frames, as images, are left as they are and in one piece.

    InternVL would cut a larger image to pieces. vLLM scales images by limits of its own, and counts other
    tokens where it then comes to another size.

    Args:
        processor: with its pixel limits set.
        clip: to resize.
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
    """The clip with its last frame repeated at the same time, as other families' processors pad it."""
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
    """Which tokens stand for what, in the shape of `input_ids`: 0 text, 1 image, 2 video."""
    types = torch.zeros_like(input_ids)
    for kind, token in enumerate(pad_token_ids(processor), start=1):
        types[input_ids == token] = kind
    return types


def unexpanded(processor: Any, input_ids: Sequence[int]) -> list[int]:
    """A prompt with one token for each image, which is how vLLM takes it and how the processor was given it.

    vLLM writes the tokens of an image itself. Given those of the processor it would write them a second time.

    Args:
        processor: of the model.
        input_ids: the prompt, with an image token for each feature of each image.
    """
    image = processor.image_token_id
    # InternVL's processor writes these two around an image, and so does vLLM.
    around = [getattr(processor, name, None) for name in ("start_image_token_id", "end_image_token_id")]
    tokens: list[int] = []
    for token, run in groupby(input_ids):
        if token not in around:
            tokens += [image] if token == image else run
    return tokens


def clip_tensors(rows: Sequence[EncodedPrompt]) -> dict[str, Tensor]:
    """What the clips of rows bring, joined: all of it, or all but the pixels where there are features."""
    return {
        key: torch.cat([row.vision[key] for row in rows])
        for key in rows[0].vision
        if rows[0].features is None or key not in KINDS
    }


def vision_inputs(processor: Any, rows: Sequence[EncodedPrompt], input_ids: Tensor) -> dict[str, Any]:
    """What the clips of rows add to a forward pass over their tokens.

    Args:
        processor: of the model.
        rows: n, all with features or all without.
        input_ids: (n, tokens) the rows, padded, with whatever follows them.

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
        processor: of the model.
        rows: n.
        padding_side: left to write on from.
    """
    return dict(
        processor.tokenizer.pad(
            {"input_ids": [row.input_ids for row in rows]}, padding_side=padding_side, return_tensors="pt"
        )
    )


def collate(
    processor: Any, rows: Sequence[EncodedPrompt], *, padding_side: Literal["left", "right"] = "left"
) -> Any:
    """Rows as one batch: `padded`, whose arguments it takes, and what `vision_inputs` gives."""
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
    """Prompts with their clips as one batch: `encode_rows`, whose options it takes, then `collate`."""
    return collate(processor, encode_rows(processor, prompts, clips, **options), padding_side=padding_side)


def clip_tokens(
    processor: Any, frames: int, height: int, width: int, *, input_mode: InputMode = "video"
) -> int:
    """Tokens that a clip takes in a prompt, with whatever its family writes around its frames.

    Found by encoding a black one, a frame a second: times of more digits may take a few tokens more.

    Args:
        processor: with its pixel limits set.
        frames: of the clip.
        height, width: of a frame in pixels.
        input_mode: whether it is shown as a video or as images.
    """
    clip = Clip(np.zeros((frames, height, width, 3), dtype=np.uint8), np.arange(frames, dtype=np.float64))
    asked = [{"role": "user", "content": [{"type": "video"}]}]
    bare = processor.apply_chat_template([{"role": "user", "content": []}], tokenize=False)
    row = encode_rows(processor, [asked], [clip], input_mode=input_mode, add_generation_prompt=False)[0]
    return len(row.input_ids) - len(processor.tokenizer(bare)["input_ids"])
