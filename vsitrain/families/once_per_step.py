"""Run a trained vision tower once per distinct clip of a step, forward and backward."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from vsitrain.families.encoding import EncodedPrompt, with_features
from vsitrain.families.features import leaves_of


class OncePerStep:
    """Gives features to micro-batches, and passes their gradients into the tower once per step.

    In an optimizer step, several micro-batches may show the same clip. The tower runs over a clip when it is
    first shown. The gradients of its features are summed over the micro-batches, and pass backward through
    the tower once, before the optimizer's step. The sum is the same as with one pass per micro-batch.
    """

    def __init__(self) -> None:
        self._leaves: list[EncodedPrompt] = []
        self._pairs: list[tuple[Tensor, Tensor]] = []

    def looked_at(self, model: Any, rows: Sequence[EncodedPrompt]) -> list[EncodedPrompt]:
        """Return the rows with features. The features are leaves of the graph of this micro-batch.

        Args:
            model: the model. Its tower runs over clips that were not shown in this step yet.
            rows: rows without features.
        """
        known = {id(row.vision) for row in self._leaves}
        for row in rows:
            if id(row.vision) not in known:
                known.add(id(row.vision))
                (seen,) = with_features(model, [row])
                leaves, pairs = leaves_of(seen.features or {})
                self._leaves.append(replace(row, features=leaves))
                self._pairs += pairs
        return with_features(model, rows, before=self._leaves)

    def backward(self) -> None:
        """Run backward through the tower, with the gradients of all micro-batches since the last call."""
        reached = [(made, leaf.grad) for made, leaf in self._pairs if leaf.grad is not None]
        if reached:
            made, gradients = zip(*reached, strict=True)
            torch.autograd.backward(made, gradients)
        self._leaves, self._pairs = [], []
