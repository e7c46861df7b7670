"""The place of a clip in a prompt: one video, or one image per frame."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from vsitrain.data.clip import Clip

Messages = Sequence[Mapping[str, Any]]

InputMode = Literal["video", "images"]
"""A clip is one video, or one image per frame.

Images take about twice the tokens, but some engines need them.
"""


def with_places(messages: Messages, clip: Clip, input_mode: InputMode) -> list[dict[str, Any]]:
    """Return messages with one place for the video, or with one place for each frame.

    Keys without a value are removed, because tables give every part the same keys and chat templates check
    which keys a part has.

    Args:
        messages: messages with exactly one part `{"type": "video"}`.
        clip: the clip for this place.
        input_mode: whether the clip is shown as a video or as images.

    Raises:
        ValueError: the messages do not have exactly one place for a video.
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
        raise ValueError(f"a prompt needs one part of type video for its clip, but has {places}")
    return result


def _as_images(parts: list[dict[str, Any]], count: int) -> Iterator[dict[str, Any]]:
    for part in parts:
        if part["type"] == "video":
            yield from ({"type": "image"} for _ in range(count))
        else:
            yield part


def stills(clip: Clip) -> list[Any]:
    """The frames of a clip as Pillow images."""
    from PIL import Image

    return [Image.fromarray(frame) for frame in clip.frames]
