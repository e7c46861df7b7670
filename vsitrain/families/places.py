"""Where a clip stands in a prompt: as one video, or as so many images."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from vsitrain.data.clip import Clip

Messages = Sequence[Mapping[str, Any]]

InputMode = Literal["video", "images"]
"""A clip as one video, or as so many images: about twice the tokens, but some engines take nothing else."""


def with_places(messages: Messages, clip: Clip, input_mode: InputMode) -> list[dict[str, Any]]:
    """Messages whose one place for a video is left as it is, or becomes a place for each frame.

    Keys without a value go: tables give every part the same keys, and chat templates ask which a part has.

    Args:
        messages: with one part `{"type": "video"}` among them.
        clip: that the place is for.
        input_mode: how the clip is shown.

    Raises:
        ValueError: there is not one place for a video.
    """
    result = []
    places = 0
    for message in messages:
        content = message["content"]
        if not isinstance(content, str):
            parts = [{key: value for key, value in part.items() if value is not None} for part in content]
            places += sum(part["type"] == "video" for part in parts)
            content = list(_as_images(parts, len(clip.frames))) if input_mode == "images" else parts
        result.append({**message, "content": content})
    if places != 1:
        raise ValueError(f"a prompt needs one part of type video for its clip, and has {places}")
    return result


def _as_images(parts: list[dict[str, Any]], count: int) -> Iterator[dict[str, Any]]:
    for part in parts:
        if part["type"] == "video":
            yield from ({"type": "image"} for _ in range(count))
        else:
            yield part


def stills(clip: Clip) -> list[Any]:
    """The frames of a clip as pictures of Pillow."""
    from PIL import Image

    return [Image.fromarray(frame) for frame in clip.frames]
