"""Synthetic clips, and questions about them."""

from typing import Any

import numpy as np
from datasets import Dataset

from vsitrain.data.clip import Clip
from vsitrain.data.named_frames import Places
from vsitrain.doctor.setup import StepSettings
from vsitrain.prompts import prompt_mode

MODE = prompt_mode("vanilla")
"""The wording of the questions, as in the recipes."""


class NoiseClips:
    """A clip of noise per scene. Every call makes the same clip again.

    Args:
        settings: the size of the clips.
    """

    def __init__(self, settings: StepSettings) -> None:
        self._shape = settings.frames, settings.height, settings.width, 3

    def clip(self, scene_name: str, dataset: str, frames: Places | None = None) -> Clip:  # noqa: ARG002 - the arguments of FrameStore.clip
        """The clip of a scene."""
        pixels = np.random.default_rng(int(scene_name)).integers(0, 256, self._shape, dtype=np.uint8)
        return Clip(pixels, np.arange(self._shape[0], dtype=np.float64) / 2)


def questions(count: int) -> Dataset:
    """Questions with answers. Each question is about another scene."""
    return Dataset.from_list([_question(number) for number in range(count)])


def _question(number: int) -> dict[str, Any]:
    return {
        "id": f"{number:016x}",
        "dataset": "noise",
        "scene_name": str(number),
        "topic": "counting",
        "question_type": "counting",
        "question": "How many chair(s) are in this room?",
        "options": None,
        "ground_truth": "4",
        "answer": "4",
        "unit": None,
    }
