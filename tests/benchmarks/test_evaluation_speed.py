"""A whole evaluation against the time that the model takes to write on the same batches.

Aim: at most 1.1 times. Decoding frames, preparing pixels and text, and writing predictions go on beside the
model, in a thread: run it with a core to spare.
"""

import time

import numpy as np
import pytest
import torch

from tests.benchmarks.test_loader_speed import picture
from tests.vsitrain.data import builds
from vsitrain.data.frames import FrameStore
from vsitrain.evaluation import evaluate, settings_for
from vsitrain.evaluation.model import find_model
from vsitrain.evaluation.replies import Replier
from vsitrain.scoring.questions import read_questions
from vsitrain.tiny import TINY, make_tiny

SCENES = [f"scene{number:04d}_00" for number in range(4)]
QUESTIONS, BATCH = 80, 8  # VSI-Bench asks about 18 a scene


class Evaluated:
    """A tiny model, questions about four rooms of 16 frames, and the batches that it is asked them in."""

    def __init__(self, folder):
        rng = np.random.default_rng(0)
        jpegs = [picture(rng, (640, 480)) for _ in range(4)]
        images = [{"bytes": jpegs[n % 4], "path": f"{n}.jpg"} for n in range(16)]
        frames = [builds.footage(scene, size=(640, 480), images=images) for scene in SCENES]
        asked = [builds.question(number, SCENES[number * 4 // QUESTIONS]) for number in range(QUESTIONS)]
        self.build = str(builds.write(folder / "build", asked, frames))
        make_tiny(folder / "model", TINY)
        self.settings = settings_for("none")
        self.rows = read_questions(self.build)
        self.model = Replier(find_model(str(folder / "model")), self.settings, dtype=None, device="cpu")
        store = self.store()
        clips = [store.clip(row["scene_name"], row["dataset"]) for row in self.rows]
        parts = [slice(start, start + BATCH) for start in range(0, QUESTIONS, BATCH)]
        self.batches = [self.model.prepare(self.rows[part], clips[part]) for part in parts]

    def store(self):
        return FrameStore(self.build, "train", num_frames=16, max_pixels=self.settings.max_pixels)

    def model_alone(self, _):
        return [self.model.reply(batch) for batch in self.batches]

    def whole(self, out):
        how = {"record": {}, "settings": self.settings, "batch": BATCH}
        evaluate(self.rows, self.store(), self.model, out, **how)


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield Evaluated(tmp_path_factory.mktemp("evaluated"))
    torch.set_num_threads(threads)


@pytest.mark.benchmark(group=f"evaluate {QUESTIONS} questions", timer=time.process_time)
@pytest.mark.parametrize("what", ["model_alone", "whole"])
def test_evaluation(benchmark, evaluated, tmp_path, what):
    places = iter(range(9))

    def once():
        getattr(evaluated, what)(tmp_path / str(next(places)))

    benchmark.pedantic(once, rounds=4, warmup_rounds=1)
