"""A question that names frames is trained and evaluated on exactly these, in order.

Each stored frame has its own colour, and the expected clips are made from these colours, not from the build.
"""

import json

import numpy as np
import pytest
import torch

from tests.vsitrain import test_sft, tiny_runs
from tests.vsitrain.data import builds
from tests.vsitrain.test_one_look import looks, patches_of
from vsidata.errors import OptionError, ScanError
from vsitrain.data.clip import Clip
from vsitrain.data.frames import FrameStore
from vsitrain.data.messages import conversation
from vsitrain.data.named_frames import clip_of
from vsitrain.data.questions import load_questions
from vsitrain.evaluation import settings_for
from vsitrain.evaluation.evaluate_model import evaluate_model
from vsitrain.evaluation.evaluated_model import find_model
from vsitrain.evaluation.replies import Replier
from vsitrain.evaluation.run import evaluate, record_of
from vsitrain.evaluation.videos import VideoFolder
from vsitrain.families import encode_rows
from vsitrain.prompts import prompt_mode
from vsitrain.trainers.collate import AnswerCollator, PreferenceCollator, PromptMaker
from vsitrain.trainers.grpo import VideoGRPOTrainer
from vsitrain.trainers.prompt_tokens import prompt_tokens

SCENE, SIZE = "scene0000_00", (112, 84)
NAMED = [(1, 3), (0, 2), (1, 3), None, (0, 1, 2, 3), (2,)]
"""The frames that each question names, of four."""


def rows_of(named):
    return [
        builds.question(number, SCENE, frames=None if frames is None else list(frames))
        for number, frames in enumerate(named)
    ]


def build(folder, named=NAMED):
    return builds.write(folder, rows_of(named), [builds.footage(SCENE, 4, SIZE)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return build(tmp_path_factory.mktemp("build"))


def store(folder, frames=4, cache=32):
    return FrameStore(str(folder), "train", num_frames=frames, max_pixels=112 * 84, cache=cache)


def numbers(clip: Clip) -> list[int]:
    """The numbers of a clip's frames, from the colour of the stored ones."""
    return [round((float(frame[..., 0].mean()) - 10) / 10) for frame in clip.frames]


def vision_of(processor, frames):
    """The tensors of a clip of these frames, made from their colours."""
    height, width = SIZE[::-1]
    pixels = [np.full((height, width, 3), builds.shade(place), dtype=np.uint8) for place in frames]
    times = np.array([place / 2 for place in frames])
    (row,) = encode_rows(
        processor, [tiny_runs.asked("?")], [Clip(np.stack(pixels), times, times[-1] - times[0] + 0.5)]
    )
    return row.vision


def assert_shows(vision, expected):
    assert vision.keys() == expected.keys()
    for key, value in vision.items():
        # JPEG changes a colour by up to 2 of 255; the colours of two frames differ by 10.
        torch.testing.assert_close(value.float(), expected[key].float(), atol=0.05, rtol=0)


@pytest.mark.parametrize("frames", [1, 4, 40])
def test_clip_has_the_named_frames_for_any_requested_number(folder, frames):
    opened = store(folder, frames)
    for row in rows_of(NAMED):
        named = row["frames"]
        clip = opened.clip(*clip_of(row))
        expected = named if named is not None else [0] if frames == 1 else [0, 1, 2, 3]
        assert numbers(clip) == expected
        assert clip.timestamps.tolist() == [place / 2 for place in expected]
        assert opened.shape(*clip_of(row)) == clip.frames.shape[:3]
        if named is not None:
            assert clip.seconds == (named[-1] - named[0] + 1) / 2  # from the first to the end of the last one


def test_equal_clips_are_decoded_once(folder):
    opened = store(folder)
    first, second, third, free, whole, _ = (opened.clip(*clip_of(row)) for row in rows_of(NAMED))
    assert first is third
    assert free is whole
    assert first is not second


@pytest.mark.parametrize(
    ("named", "fault"),
    [
        ([1, 4], "names the frame at position 4, but the positions are 0 to 3"),
        ([-1], "names the frame at position -1"),
        ([3, 1], "not in the order of the video: 3, 1"),
        ([2, 2], "not in the order of the video: 2, 2"),
        ([], "names an empty list of frames"),
    ],
)
def test_build_with_a_frame_that_does_not_exist_is_refused(tmp_path, tiny, named, fault):
    folder = build(tmp_path / "build", [(0, 1), named])
    for refused in (
        lambda: store(folder).check(load_questions(str(folder), "train")),
        lambda: store(folder).clip(SCENE, builds.DATASET, tuple(named)),
        lambda: evaluate_model(
            str(tiny()), str(folder), tmp_path / "out", videos=None, split="train", batch=1, dtype=None,
            limit=None, backend="hf", on_progress=lambda *_: None, warned=lambda _: None,
        ),
    ):  # fmt: skip
        with pytest.raises(ScanError, match=fault) as refusal:
            refused()
        assert str(folder) in str(refusal.value)
        assert SCENE in str(refusal.value)
        assert "Build it again" in refusal.value.remedy


def test_videos_cannot_show_named_frames(folder, tmp_path, tiny):
    with pytest.raises(OptionError, match="frames that questions of this build name"):
        evaluate_model(
            str(tiny()), str(folder), tmp_path / "out", videos=tmp_path, split="train", batch=1, dtype=None,
            limit=None, backend="hf", on_progress=lambda *_: None, warned=lambda _: None,
        )  # fmt: skip
    with pytest.raises(OptionError, match="Remove --videos"):
        VideoFolder(tmp_path, num_frames=4, max_pixels=10_000).clip(SCENE, builds.DATASET, (1, 3))


def test_sft_and_dpo_show_the_named_frames(folder, each_tiny):
    _, processor = tiny_runs.parts(each_tiny)
    rows = list(load_questions(str(folder), "train"))[:3]
    maker = PromptMaker(processor, store(folder, frames=1), prompt_mode("vanilla"), letters=True)
    for batch in (AnswerCollator(maker)(rows), PreferenceCollator(maker, ("random",), 0)(rows)):
        for row, named in zip(batch["rows"], NAMED[:3] * (len(batch["rows"]) // 3), strict=True):
            assert_shows(row.vision, vision_of(processor, named))
    first, second, third = maker.prompts(rows)
    assert first.vision is third.vision  # so the tower runs once over both
    assert first.vision is not second.vision


def test_sft_runs_the_tower_once_per_distinct_clip(folder, tiny, tmp_path):
    model, processor = tiny_runs.parts(tiny())
    maker = PromptMaker(processor, store(folder), prompt_mode("vanilla"), letters=True)
    rows = load_questions(str(folder), "train")
    run = test_sft.make_trainer(model, test_sft.settings(tmp_path), rows, maker)
    batch = run.data_collator(list(rows))
    with looks(run.model) as seen:
        run.compute_loss(run.model, batch)
    distinct = [maker.store.clip(SCENE, builds.DATASET, frames) for frames in [(1, 3), (0, 2), None, (2,)]]
    assert sum(patches for patches, _ in seen) == sum(patches_of(processor, clip) for clip in distinct)


def test_grpo_shows_the_named_frames_and_looks_at_each_clip_once(folder, tiny, tmp_path, monkeypatch):
    opened, mode = store(folder, frames=1), prompt_mode("vanilla")
    data = load_questions(str(folder), "train").remove_columns(["evidence"])
    data = data.select(range(3)).map(
        lambda row: {"prompt": conversation(row, mode, form="training", letters=True)}
    )
    shown = []
    fetch = VideoGRPOTrainer._fetch
    monkeypatch.setattr(
        VideoGRPOTrainer,
        "_fetch",
        lambda self, inputs: [shown.append((row["frames"], clip)) or clip
                              for row, clip in zip(inputs, fetch(self, inputs), strict=True)],
    )  # fmt: skip
    model, processor = tiny_runs.parts(tiny())
    for name, weights in model.named_parameters():
        weights.requires_grad_("visual" not in name)
    run = VideoGRPOTrainer(
        model,
        tiny_runs.early_letters,
        tiny_runs.settings(
            tmp_path, per_device_train_batch_size=12, gradient_accumulation_steps=1, beta=0.0,
            remove_unused_columns=False,
        ),
        data,
        processing_class=processor,
        clip_of=lambda row: opened.clip(*clip_of(row)),
    )  # fmt: skip
    with looks(run.model) as seen:
        run.train()
    assert len(shown) == 12
    assert {tuple(named) for named, _ in shown} == {(1, 3), (0, 2)}
    assert all(numbers(clip) == named for named, clip in shown)
    clips = [opened.clip(SCENE, builds.DATASET, frames) for frames in ((1, 3), (0, 2))]
    assert sum(patches for patches, _ in seen) == sum(patches_of(processor, clip) for clip in clips)


def test_evaluation_shows_the_named_frames_and_looks_at_each_clip_once(folder, tiny, tmp_path):
    settings = settings_for("none", num_frames=1, max_new_tokens=2)
    rows = rows_of(NAMED)
    replier = Replier(find_model(str(tiny())), settings, dtype="float32", device="cpu")
    shown = {}
    prepare = replier.prepare
    replier.prepare = lambda some, clips: (
        shown.update({row["id"]: numbers(clip) for row, clip in zip(some, clips, strict=True)})
        or prepare(some, clips)
    )
    record = record_of({}, {}, rows, settings, ())
    with looks(replier._model) as seen:
        evaluate(rows, store(folder, 1), replier, tmp_path, record=record, settings=settings, batch=2)
    expected = [[0] if frames is None else list(frames) for frames in NAMED]
    assert [shown[row["id"]] for row in rows] == expected
    lines = [json.loads(line) for line in (tmp_path / "predictions.jsonl").read_text().splitlines()]
    by_id = {line["id"]: line for line in lines}
    assert [by_id[row["id"]]["frames"] for row in rows] == [len(frames) for frames in expected]
    assert [by_id[row["id"]].get("named_frames") for row in rows] == [row["frames"] for row in rows]
    clips = [store(folder, 1).clip(SCENE, builds.DATASET, frames) for frames in {*NAMED}]
    assert sum(patches for patches, _ in seen) == sum(patches_of(replier._processor, clip) for clip in clips)
    other = rows_of([(0, 3), *NAMED[1:]])
    assert record["questions_sha256"] != record_of({}, {}, other, settings, ())["questions_sha256"]


def test_tokens_are_counted_for_the_named_frames(tmp_path, tiny):
    _, processor = tiny_runs.parts(tiny())
    folder = build(tmp_path, [(1, 3), (0, 1, 2, 3)])
    report = prompt_tokens(
        processor, load_questions(str(folder), "train"), store(folder, 40), prompt_mode("vanilla"),
        form="training", letters=True,
    )  # fmt: skip
    assert report.frames == (2, 4)
    assert report.scenes == 1
    assert report.scenes_with_fewer == 0
    assert report.video[0] < report.video[1]
