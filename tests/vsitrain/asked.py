"""Questions to a tiny model about clips of different sizes, for the tests of the trainers."""

import numpy as np

from tests.vsitrain.data import builds
from vsitrain.data.frames import FrameStore
from vsitrain.prompts import prompt_mode
from vsitrain.trainers.collate import PromptMaker

SCENES = [f"scene{n:04d}_00" for n in range(3)]
_WORDS = ("sink", "bed", "lamp", "desk")
ROWS = [
    builds.question(1, SCENES[0]),
    builds.question(2, SCENES[1], question="How many tables(s) are in this very large and crowded room?"),
    builds.question(
        3,
        SCENES[2],
        topic="object_rel_distance",
        question_type="object_rel_distance",
        question=f"Which of these objects ({', '.join(_WORDS)}) is the closest to the tv?",
        options=[f"{letter}. {word}" for letter, word in zip("ABCD", _WORDS, strict=True)],
        ground_truth="C",
        answer="lamp",
        evidence={
            **builds.NOTHING_KNOWN,
            "objects": [
                {"role": role, "instance": n, "category": word}
                for n, (role, word) in enumerate([("target", "tv"), *(("option", word) for word in _WORDS)])
            ],
            "measures": [
                {"name": f"to {word}", "value": metres, "unit": "m"}
                for word, metres in zip(_WORDS, (3.0, 1.4, 0.9, 2.2), strict=True)
            ],
        },
    ),
    builds.question(
        4, SCENES[1], topic="size", question_type="size", answer="2.5", ground_truth="2.5", unit="m"
    ),
]


def build(folder):
    """Three scenes with different sizes and numbers of frames. Each frame has another shade."""
    frames = [
        builds.footage(SCENES[0], 4, (112, 84)),
        builds.footage(SCENES[1], 2, (56, 112)),
        builds.footage(SCENES[2], 3, (84, 84)),
    ]
    return builds.write(folder, ROWS, frames)


def asking(folder, processor, mode="vanilla", *, letters=True, input_mode="video") -> PromptMaker:
    store = FrameStore(str(folder), "train", num_frames=4, max_pixels=112 * 84)
    return PromptMaker(processor, store, prompt_mode(mode), letters, input_mode)


def with_blank_clips(asking: PromptMaker) -> PromptMaker:
    """The same prompts about black frames."""
    asking.store.clip = lambda *scene, seen=asking.store.clip: _black(seen(*scene))
    return asking


def _black(clip):
    return type(clip)(np.zeros_like(clip.frames), clip.timestamps)
