"""Time of a whole evaluation, compared with the time that the model takes to write on the same batches.

Aim: at most 1.1 times, by wall time. A core must be free, because a thread beside the model decodes frames
and prepares pixels and text. `outside the model` is measured in the same run, so that a busy machine affects
both times.
"""

import time

import numpy as np
import pytest
import torch

from tests.benchmarks.test_loader_speed import picture
from tests.vsitrain.data import builds
from vsitrain.data.frames import FrameStore
from vsitrain.evaluation import evaluate, settings_for
from vsitrain.evaluation.evaluated_model import find_model
from vsitrain.evaluation.replies import Replier
from vsitrain.models.tiny import TINY, make_tiny
from vsitrain.scoring.questions import read_questions

SCENES = [f"scene{number:04d}_00" for number in range(8)]
QUESTIONS, BATCH = 160, 8  # as VSI-Bench has about 18 per scene


class Evaluated:
    """A tiny model, questions about eight rooms of 16 frames, and their batches."""

    def __init__(self, folder):
        rng = np.random.default_rng(0)
        jpegs = [picture(rng, (640, 480)) for _ in range(4)]
        images = [{"bytes": jpegs[n % 4], "path": f"{n}.jpg"} for n in range(16)]
        frames = [builds.footage(scene, size=(640, 480), images=images) for scene in SCENES]
        asked = [
            builds.question(number, SCENES[number * len(SCENES) // QUESTIONS]) for number in range(QUESTIONS)
        ]
        self.build = str(builds.write(folder / "build", asked, frames))
        make_tiny(folder / "model", TINY)
        self.settings = settings_for("none")
        self.rows = read_questions(self.build)
        self.model = Replier(find_model(str(folder / "model")), self.settings, dtype=None, device="cpu")
        store = self.store()
        clips = [store.clip(row["scene_name"], row["dataset"]) for row in self.rows]
        parts = [slice(start, start + BATCH) for start in range(0, QUESTIONS, BATCH)]
        self.in_model = 0.0
        self.batches = [self.model.prepare(self.rows[part], clips[part]) for part in parts]

    def store(self):
        return FrameStore(self.build, "train", num_frames=16, max_pixels=self.settings.max_pixels)

    def model_alone(self, _):
        return [self.model.reply(batch) for batch in self.batches]

    def whole(self, out):
        how = {"record": {}, "settings": self.settings, "batch": BATCH}
        evaluate(self.rows, self.store(), self, out, **how)

    def prepare(self, rows, clips):
        return self.model.prepare(rows, clips)

    def reply(self, batch):
        start = time.perf_counter()
        texts = self.model.reply(batch)
        self.in_model += time.perf_counter() - start
        return texts


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield Evaluated(tmp_path_factory.mktemp("evaluated"))
    torch.set_num_threads(threads)


@pytest.mark.benchmark(group=f"evaluate {QUESTIONS} questions")
@pytest.mark.parametrize("what", ["model_alone", "whole"])
def test_evaluation(benchmark, evaluated, tmp_path, what):
    places = iter(range(9))

    def once():
        evaluated.in_model, start = 0.0, time.perf_counter()
        getattr(evaluated, what)(tmp_path / str(next(places)))
        if evaluated.in_model:
            outside = (time.perf_counter() - start) / evaluated.in_model - 1
            benchmark.extra_info.setdefault("outside the model", []).append(round(outside, 3))

    benchmark.pedantic(once, rounds=3, warmup_rounds=1)
