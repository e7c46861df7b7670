"""The pixels of a clip, prepared once for all its prompts. This is most of the work of encoding."""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from torch import Tensor

from vsitrain.data.clip import Clip

_PARTS = ("image_processor", "video_processor")


class Pixels:
    """Keeps the pixels of the last clip, as one processor prepared them in one input mode.

    Attributes:
        vision: the tensors of the clip, after they are computed. Rows of several calls share them.
    """

    def __init__(self) -> None:
        self.vision: Mapping[str, Tensor] | None = None
        self._clip: Clip | None = None
        self._parts: dict[str, _Once] = {}

    @contextmanager
    def of(self, processor: Any, clip: Clip) -> Iterator[None]:
        """In this context, the processor prepares pixels in its first call, and returns them in later calls.

        Args:
            processor: the model's processor, with its pixel limits set. It must be used for this clip only.
            clip: the clip.
        """
        own = {name: getattr(processor, name) for name in _PARTS if hasattr(processor, name)}
        if self._clip is not clip:
            self._clip, self._parts = clip, {name: _Once(part) for name, part in own.items()}
            self.vision = None
        try:
            for name, part in self._parts.items():
                setattr(processor, name, part)
            yield
        finally:
            for name, part in own.items():
                setattr(processor, name, part)


class _Once:
    """A wrapper of a part of the processor. Every call returns the result of the first call."""

    def __init__(self, part: Any) -> None:
        self._part = part
        self._given: Any = None

    def __call__(self, *args: Any, **how: Any) -> Any:
        if self._given is None:
            self._given = self._part(*args, **how)
        return copy.copy(self._given)  # the caller may remove items

    def __getattr__(self, name: str) -> Any:
        return getattr(self._part, name)
