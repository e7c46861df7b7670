"""The pixels of a clip, prepared once for all the prompts that it stands in: that is most of their work."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def prepared_once(processor: Any) -> Iterator[None]:
    """While it lasts, a processor prepares the first pixels that it is given, and gives them for all others.

    Args:
        processor: of a model. It must be asked about one clip alone, in one way.
    """
    parts = [name for name in ("image_processor", "video_processor") if hasattr(processor, name)]
    own = {name: getattr(processor, name) for name in parts}
    try:
        for name, part in own.items():
            setattr(processor, name, _Once(part))
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
