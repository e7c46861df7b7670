"""Prepare the next batch of rows in a thread, while the present one is used."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Generic, TypeVar

Made = TypeVar("Made")
Rows = Sequence[Any]


class PreparedAhead(Generic[Made]):
    """Prepares batches of rows in their order, at most one before it is needed.

    Args:
        prepare: makes the result from the rows of a batch. It always runs in the same thread.
    """

    def __init__(self, prepare: Callable[[Rows], Made]) -> None:
        self._prepare = prepare
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="prepared-ahead")
        self._known: deque[Rows] = deque()
        self._first: Future[Made] | None = None  # the result for the first of the known batches
        self._last: Rows | None = None

    def queue(self, rows: Rows) -> Rows:
        """Start or queue the preparation of a batch. Equal batches after one another count once.

        Returns:
            The rows, so that this method can be the collator of a data loader.
        """
        if rows != self._last:
            self._last = rows
            self._known.append(rows)
            self._start()
        return rows

    def take(self, rows: Rows) -> Made:
        """The result for a batch. It is prepared now if it was not queued.

        The preparation of the next queued batch starts. Batches queued before this one are dropped.
        """
        if rows not in self._known:
            return self._thread.submit(self._prepare, rows).result()
        while self._known[0] != rows:
            self._known.popleft()
            self._first = None
        self._start()
        made = self._first
        self._known.popleft()
        self._first = None
        try:
            return made.result()  # type: ignore[union-attr]
        finally:
            self._start()

    def _start(self) -> None:
        if self._first is None and self._known:
            self._first = self._thread.submit(self._prepare, self._known[0])
