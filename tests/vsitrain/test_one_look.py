"""The vision tower runs once per clip, and all results stay the same."""

from contextlib import contextmanager, nullcontext

import pytest
import torch
from peft import LoraConfig
from trl import GRPOTrainer

from tests.vsitrain import asked, test_dpo, test_sft, tiny_runs
from tests.vsitrain.test_frozen_tower import tower_of
from tests.vsitrain.test_video import _batches
from tests.vsitrain.tiny_runs import CLIPS, SHAPES, questions, trainer
from vsidata.errors import VsiError
from vsitrain.evaluation import settings_for
from vsitrain.evaluation.evaluated_model import find_model
from vsitrain.evaluation.replies import Replier
from vsitrain.families import LANGUAGE, LORA_TARGETS, encode_rows
from vsitrain.trainers import grpo, spread
from vsitrain.trainers.grpo import VideoGRPOTrainer

TRAINED = {
    "adapter": {"peft_config": {"target_modules": LORA_TARGETS}},
    "language model": {"frozen": True},
    "everything": {},
    "adapter of all": {"peft_config": {"target_modules": "all-linear"}},
}
"""What of a model is trained, by name. The vision tower stays as it is in the first two."""

EACH = [
    *("adapter", "everything"),
    *(pytest.param(what, marks=pytest.mark.slow) for what in ("language model", "adapter of all")),
]


def shown_to(folder, out, monkeypatch, what, *, plain=False, **changes):
    """A trainer of the named parts, on three clips of different sizes; its adapters are not zero."""
    how = {**TRAINED[what]}
    with monkeypatch.context() as patched:
        if how.pop("frozen", False):
            patched.setattr(tiny_runs, "parts", _with_frozen_tower)
        if plain:  # as if the weights were spread over processes
            for module in (grpo, spread):
                patched.setattr(module, "spreads_weights", lambda _: True)
        lora = how.get("peft_config")
        run = trainer(
            folder,
            out,
            options={"peft_config": LoraConfig(r=4, **lora)} if lora else {},
            **{"data": questions(SHAPES), "beta": 0.1, **changes},
        )
    torch.manual_seed(0)
    for name, it in run.model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(it, std=0.1)
    torch.manual_seed(1)
    return run


def _with_frozen_tower(folder, opened=tiny_runs.parts):
    model, processor = opened(folder)
    for name, it in model.named_parameters():
        it.requires_grad_(any(part in name for part in LANGUAGE))
    return model, processor


@contextmanager
def looks(model):
    """The runs of the tower: for each, the number of patches or images, and whether gradients are kept."""
    seen = []

    def see(_, args, given):
        seen.append((len(args[0] if args else given["pixel_values"]), torch.is_grad_enabled()))

    handle = tower_of(model).register_forward_pre_hook(see, with_kwargs=True)
    try:
        yield seen
    finally:
        handle.remove()


def patches_of(processor, clip):
    (row,) = encode_rows(processor, [tiny_runs.asked("?")], [clip])
    return next(len(value) for key, value in row.vision.items() if key.startswith("pixel_values"))


def of_a_round(run):
    """The shuffled micro-batches of a round, each with its loss, and the gradients at the end of a step."""
    told = []
    for number, batch in enumerate(_batches(run)):
        batch["advantages"] = torch.linspace(-1, 1, len(batch["advantages"]))
        loss = run._compute_loss(run.model, batch)
        loss.backward()
        grads = {}
        if (number + 1) % run.args.gradient_accumulation_steps == 0:
            if run._once_a_step is not None:
                run._once_a_step.backward()
            grads = {
                name: it.grad.clone() for name, it in run.model.named_parameters() if it.grad is not None
            }
            run.model.zero_grad()
        told.append((batch, loss.detach(), grads))
    return told


@pytest.mark.parametrize("what", EACH)
def test_log_probabilities_losses_and_gradients_are_those_of_the_plain_path(
    each_tiny, tmp_path, monkeypatch, what
):
    # Completions serve two steps of two micro-batches each, so old log-probabilities are computed, too.
    split = {"per_device_train_batch_size": 3, "steps_per_generation": 4, "gradient_accumulation_steps": 2}
    found, expected = (
        of_a_round(shown_to(each_tiny, tmp_path / name, monkeypatch, what, plain=name == "plain", **split))
        for name in ("once", "plain")
    )
    assert len(found) == len(expected) == 4
    for (batch, loss, grads), (plain, plain_loss, plain_grads) in zip(found, expected, strict=True):
        for ids in ("prompt_ids", "completion_ids"):
            assert torch.equal(batch[ids], plain[ids])
        for logps in ("old_per_token_logps", "ref_per_token_logps"):
            torch.testing.assert_close(batch[logps], plain[logps], atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(loss, plain_loss, atol=1e-5, rtol=1e-5)
        assert grads.keys() == plain_grads.keys()
        for name, it in grads.items():
            torch.testing.assert_close(it, plain_grads[name], atol=1e-5, rtol=1e-5, msg=name)
    assert max(it.abs().max() for it in found[-1][2].values()) > 1e-3


@pytest.mark.parametrize("what", EACH[::2])
def test_frozen_tower_sees_each_distinct_clip_once_per_round(each_tiny, tmp_path, monkeypatch, what):
    # Two scenes show the same clip, which is loaded twice.
    clips = {**CLIPS, "scene_d": tiny_runs.noise(*SHAPES["scene_a"], seed=0)}
    how = {"data": questions([*SHAPES, "scene_d"]), "per_device_train_batch_size": 8, "num_iterations": 2}
    counts = {}
    for name in ("once", "plain"):
        plain = name == "plain"
        run = shown_to(
            each_tiny, tmp_path / name, monkeypatch, what, plain=plain, clips=clips, max_steps=2, **how
        )
        with looks(run.model) as seen:
            run.train()
        counts[name] = sum(patches for patches, _ in seen)
    distinct = sum(patches_of(run.processing_class, clip) for clip in CLIPS.values())
    assert counts["once"] == distinct
    assert counts["plain"] > 10 * distinct


def test_tower_reads_the_patches_of_a_round_once_and_42_times_on_the_plain_path(tiny, tmp_path, monkeypatch):
    # 14 replies to each of three clips: the plain path reads a clip for generation, reference and policy.
    how = {"num_generations": 14, "per_device_train_batch_size": 14, "gradient_accumulation_steps": 3}
    ratios = {}
    for plain in (False, True):
        run = shown_to(tiny(), tmp_path / str(plain), monkeypatch, "adapter", plain=plain, **how)
        with looks(run.model) as seen:
            run.train()
        distinct = sum(patches_of(run.processing_class, clip) for clip in CLIPS.values())
        ratios[plain] = sum(patches for patches, _ in seen) / distinct
    assert ratios == {False: 1, True: 42}


def test_trained_tower_sees_each_clip_once_per_step_with_gradient_and_once_without(
    each_tiny, tmp_path, monkeypatch
):
    how = {"per_device_train_batch_size": 3, "gradient_accumulation_steps": 4, "max_steps": 3}
    run = shown_to(each_tiny, tmp_path, monkeypatch, "everything", **how)
    with looks(run.model) as seen, looks(run.ref_model) as by_reference:
        run.train()
    once = sorted(patches_of(run.processing_class, clip) for clip in CLIPS.values())
    assert sorted(patches for patches, kept in seen if kept) == sorted(3 * once)
    assert sorted(patches for patches, kept in seen if not kept) == sorted(3 * once)
    assert sorted(patches for patches, _ in by_reference) == sorted(3 * once)


@pytest.mark.parametrize("what", EACH[1::2])
def test_training_gives_the_same_model_as_the_plain_path(tiny, tmp_path, monkeypatch, what):
    how = {"per_device_train_batch_size": 3, "steps_per_generation": 4, "max_steps": 4}
    how |= {"optim": "sgd", "learning_rate": 0.1, "max_grad_norm": 1.0, "gradient_checkpointing": True}
    ends = {}
    for name in ("once", "plain"):
        run = shown_to(tiny(), tmp_path / name, monkeypatch, what, plain=name == "plain", **how)
        before = {name: it.detach().clone() for name, it in run.model.named_parameters()}
        run.train()
        ends[name] = {key: it - before[key] for key, it in run.model.named_parameters() if it.requires_grad}
    assert max(it.abs().max() for key, it in ends["once"].items() if "visual" in key) > 1e-3
    for key, it in ends["once"].items():
        torch.testing.assert_close(it, ends["plain"][key], atol=1e-5, rtol=1e-5, msg=key)


def test_guard_stops_a_run_if_its_features_do_not_reach_the_loss(tiny, tmp_path, monkeypatch):
    run = shown_to(tiny(), tmp_path, monkeypatch, "adapter")
    theirs = GRPOTrainer._get_per_token_logps_and_entropies
    monkeypatch.setattr(VideoGRPOTrainer, "_get_per_token_logps_and_entropies", theirs)
    with pytest.raises(VsiError, match="no pixel_values_videos"):
        run.train()


def test_guard_stops_generation_if_the_features_do_not_reach_it(tiny, tmp_path, monkeypatch):
    run = shown_to(tiny(), tmp_path, monkeypatch, "adapter")
    monkeypatch.setattr(VideoGRPOTrainer, "_features_in_reach", lambda _: nullcontext())
    with pytest.raises(VsiError, match="no pixel_values_videos"):
        run.train()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return asked.build(tmp_path_factory.mktemp("build"))


def tuned(method, model_folder, data, out, monkeypatch, what, *, plain=False, **changes):
    """A trainer of SFT or DPO on four questions about three scenes, and the batch that they make."""
    how = {**TRAINED[what]}
    model, processor = (_with_frozen_tower if how.get("frozen") else tiny_runs.parts)(model_folder)
    lora = how.get("peft_config")
    more = {"peft_config": LoraConfig(r=4, **lora)} if lora else {}
    module = {"sft": test_sft, "dpo": test_dpo}[method]
    with monkeypatch.context() as patched:
        if plain:
            patched.setattr(spread, "spreads_weights", lambda _: True)
        args = module.settings(out, **changes)
        run = module.make_trainer(model, args, module.ROWS, asked.asking(data, processor), **more)
    torch.manual_seed(0)
    for name, it in run.model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(it, std=0.1)
    return run, run.data_collator(asked.ROWS)


@pytest.mark.parametrize("what", EACH)
@pytest.mark.parametrize("method", ["sft", "dpo"])
def test_sft_and_dpo_compute_the_same_as_on_the_plain_path(
    method, each_tiny, folder, tmp_path, monkeypatch, what
):
    told = {}
    for name in ("once", "plain"):
        run, batch = tuned(
            method, each_tiny, folder, tmp_path / name, monkeypatch, what, plain=name == "plain"
        )
        with (
            looks(run.model) as seen,
            looks(run.ref_model) if _has_reference(run) else nullcontext([]) as also,
        ):
            loss = run.compute_loss(run.model, batch)
        loss.backward()
        grads = {key: it.grad for key, it in run.model.named_parameters() if it.grad is not None}
        told[name] = loss.detach(), grads, sum(patches for patches, _ in [*seen, *also])
    (loss, grads, once), (plain_loss, plain_grads, plain) = told["once"], told["plain"]
    torch.testing.assert_close(loss, plain_loss, atol=1e-5, rtol=1e-5)
    assert grads.keys() == plain_grads.keys()
    for key, it in grads.items():
        torch.testing.assert_close(it, plain_grads[key], atol=1e-5, rtol=1e-5, msg=key)
    assert max(it.abs().max() for it in grads.values()) > 1e-3
    # Two of the four questions are about one scene.
    processor, store = run.processing_class, run.data_collator.asking.store
    clips = [store.clip(scene, asked.ROWS[0]["dataset"]) for scene in asked.SCENES]
    distinct = sum(patches_of(processor, clip) for clip in clips)
    passes = 2 if method == "dpo" and what in ("everything", "adapter of all") else 1
    assert once == passes * distinct
    assert plain > (passes * distinct if method == "sft" else 3 * distinct)


def _has_reference(run):
    return getattr(run, "ref_model", None) is not None


def test_evaluation_runs_the_tower_once_for_the_questions_about_a_clip(each_tiny, tmp_path):
    settings = settings_for(str(each_tiny), num_frames=4, max_new_tokens=3)
    replier = Replier(find_model(str(each_tiny)), settings, dtype="float32", device="cpu")
    clips = [CLIPS["scene_a"]] * 3 + [CLIPS["scene_b"]] * 2
    rows = [{**asked.ROWS[0], "id": str(number), "question": f"How many {number}?"} for number in range(5)]
    with looks(replier._model) as seen:
        together = [
            text
            for at in (slice(0, 2), slice(2, 4), slice(4, 5))
            for text in replier.reply(replier.prepare(rows[at], clips[at]))
        ]
    assert [patches for patches, _ in seen] == [patches_of(replier._processor, clip) for clip in clips[2:4]]
    fresh = Replier(find_model(str(each_tiny)), settings, dtype="float32", device="cpu")
    alone = []
    for row, clip in zip(rows, clips, strict=True):
        fresh._last = ()
        alone += fresh.reply(fresh.prepare([row], [clip]))
    assert together == alone
