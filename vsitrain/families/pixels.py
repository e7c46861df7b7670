"""The pixels of a clip, prepared once for all the prompts that it stands in: that is most of their work."""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from torch import Tensor

from vsitrain.data.clip import Clip

_PARTS = ("image_processor", "video_processor")


class Pixels:
    """Remembers those of the clip last asked for, as one processor prepared them in one way.

    Attributes:
        vision: the tensors that the clip brings, once they are known. Rows of several calls share them.
    """

    def __init__(self) -> None:
        self.vision: Mapping[str, Tensor] | None = None
        self._clip: Clip | None = None
        self._parts: dict[str, _Once] = {}

    @contextmanager
    def of(self, processor: Any, clip: Clip) -> Iterator[None]:
        """While it lasts, the processor prepares the first pixels that it is given, and gives them again.

        Args:
            processor: of a model, with its pixel limits set. It must be asked about this clip alone.
            clip: that it is asked about.
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
    """Called, it gives what the first call gave; all else is the part's own."""

    def __init__(self, part: Any) -> None:
        self._part = part
        self._given: Any = None

    def __call__(self, *args: Any, **how: Any) -> Any:
        if self._given is None:
            self._given = self._part(*args, **how)
        return copy.copy(self._given)  # whoever gets it may take things out

    def __getattr__(self, name: str) -> Any:
        return getattr(self._part, name)
