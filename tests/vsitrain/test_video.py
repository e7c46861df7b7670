"""The trainer for GRPO on video computes the same as a plain pass over prompt, clip and completion."""

import inspect
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from datasets import Dataset
from peft import LoraConfig, PeftModel
from PIL import Image
from transformers import AutoProcessor
from trl import GRPOTrainer

from tests.vsitrain.tiny_runs import (
    BLACK,
    CLIPS,
    SHAPES,
    asked,
    early_letters,
    parts,
    questions,
    settings,
    trainer,
)
from vsidata.errors import OptionError, VsiError
from vsitrain.families import LORA_TARGETS, encode, stills
from vsitrain.runs.checkpoints import WholeCheckpoints
from vsitrain.trainers.grpo import VideoGRPOTrainer, without_pads
from vsitrain.trainers.resume import ExactResume


def _batches(run) -> list[dict]:
    """The micro-batches of one generation: shuffled, and split."""
    run.model.train()
    run.current_gradient_accumulation_steps = run.args.gradient_accumulation_steps
    rows = next(iter(run.get_train_dataloader()))
    run._prepare_inputs(rows)
    return run._buffered_inputs


def _logps(run, batch) -> torch.Tensor:
    """(n, tokens) log-probabilities of the completions, as the loss computes them."""
    run._rows = batch["rows"]
    ids = torch.cat([batch["prompt_ids"], batch["completion_ids"]], dim=1)
    mask = torch.cat([batch["prompt_mask"], batch["completion_mask"]], dim=1)
    return run._get_per_token_logps_and_entropies(run.model, ids, mask, batch["completion_ids"].size(1))[0]


def _plain_logps(model, processor, batch, row, clips, input_mode) -> torch.Tensor:
    """(tokens,) log-probabilities of one row, from the text of its prompt, without padding and TRL."""
    ids = batch["prompt_ids"][row][batch["prompt_mask"][row].bool()]
    text = processor.tokenizer.decode(ids)
    scene = next(name for name in clips if name in text)
    question = text[text.index("How large") : text.rindex("<|im_end|>")]
    shown = encode(processor, [asked(question)], [clips[scene]], input_mode=input_mode)
    assert shown["input_ids"][0].tolist() == ids.tolist()
    completion = batch["completion_ids"][row][batch["completion_mask"][row].bool()]
    shown["input_ids"] = torch.cat([shown["input_ids"], completion[None]], dim=1)
    shown["attention_mask"] = torch.ones_like(shown["input_ids"])
    if "mm_token_type_ids" in shown:
        kinds = shown["mm_token_type_ids"]
        shown["mm_token_type_ids"] = torch.cat([kinds, torch.zeros_like(completion)[None]], dim=1)
    with torch.no_grad():
        logits = model(**shown).logits[0, -len(completion) - 1 : -1]
    return logits.log_softmax(-1).gather(1, completion[:, None])[:, 0]


@pytest.mark.parametrize("input_mode", ["video", "images"])
def test_log_probabilities_are_those_of_a_plain_pass_over_mixed_clips(each_tiny, tmp_path, input_mode):
    run = trainer(
        each_tiny,
        tmp_path,
        data=questions(SHAPES),
        options={"input_mode": input_mode},
        per_device_train_batch_size=6,
    )
    model, processor = parts(each_tiny)
    batches = _batches(run)
    scenes = set()
    for batch in batches:
        found = _logps(run, batch)
        for row in range(6):
            scenes.add(len(batch["rows"][row].input_ids))
            expected = _plain_logps(model, processor, batch, row, CLIPS, input_mode)
            torch.testing.assert_close(found[row, : len(expected)], expected, atol=2e-6, rtol=1e-6)
    assert len(batches) == 2
    assert len(scenes) == 3


def test_every_pass_of_the_loss_sees_the_clip(tiny, tmp_path):
    # If a generation serves four steps, the old log-probabilities are computed as well.
    run = trainer(tiny(), tmp_path, steps_per_generation=4, per_device_train_batch_size=2)
    for batch in _batches(run):
        found = _logps(run, batch).detach()
        assert torch.equal(batch["old_per_token_logps"], batch["ref_per_token_logps"])
        mask = batch["completion_mask"].bool()
        torch.testing.assert_close(batch["old_per_token_logps"][mask], found[mask], atol=1e-5, rtol=1e-5)
        batch["rows"] = [_blank(row) for row in batch["rows"]]
        assert (_logps(run, batch) - found)[mask].abs().max() > 0.01


def _blank(row):
    return replace(
        row, vision={**row.vision, "pixel_values_videos": torch.zeros_like(row.vision["pixel_values_videos"])}
    )


def _gradients(run) -> dict[str, torch.Tensor]:
    batch = _batches(run)[0]
    batch["advantages"] = torch.linspace(-1, 1, len(batch["advantages"]))
    run._compute_loss(run.model, batch).backward()
    run._once_a_step.backward() if run._once_a_step else None
    return {name: value.grad for name, value in run.model.named_parameters() if value.grad is not None}


def test_a_scene_of_one_frame_does_not_stop_a_run(tiny, tmp_path):
    clips = {
        name: replace(clip, frames=clip.frames[:1], timestamps=clip.timestamps[:1])
        for name, clip in CLIPS.items()
    }
    run = trainer(tiny("qwen3-vl"), tmp_path, clips={**CLIPS, "scene_b": clips["scene_b"]})
    assert np.isfinite(run.train().training_loss)


def test_vision_tower_learns_from_the_reward(each_tiny, tmp_path):
    run = trainer(each_tiny, tmp_path)
    gradients = _gradients(run)
    elsewhere = ("language_model", "lm_head", "mask_token")
    tower = [name for name, _ in run.model.named_parameters() if not any(part in name for part in elsewhere)]
    assert len(tower) > 10
    assert not set(tower) - set(gradients)
    assert sum(gradients[name].abs().sum() for name in tower) > 0


@pytest.mark.parametrize("lora", [False, True])
def test_gradients_with_recomputed_activations_equal_those_with_kept_activations(each_tiny, tmp_path, lora):
    options = {"peft_config": LoraConfig(r=4, target_modules=LORA_TARGETS)} if lora else {}
    kept = _gradients(trainer(each_tiny, tmp_path, options=options))
    run = trainer(each_tiny, tmp_path, options=options, gradient_checkpointing=True)
    run.model.gradient_checkpointing_enable()
    anew = _gradients(run)
    assert run.model.is_gradient_checkpointing
    assert kept.keys() == anew.keys()
    for name, gradient in kept.items():
        torch.testing.assert_close(anew[name], gradient)


@pytest.mark.parametrize("lora", [False, True])
def test_policy_equals_its_reference_at_the_first_step_and_the_reference_does_not_change(
    each_tiny, tmp_path, lora
):
    options = {"peft_config": LoraConfig(r=4, target_modules=LORA_TARGETS)} if lora else {}
    run = trainer(each_tiny, tmp_path, options=options, max_steps=3, learning_rate=1e-2, beta=0.1)
    run.train()
    divergences = [log["kl"] for log in run.state.log_history if "kl" in log]
    assert divergences[0] == 0
    assert min(divergences[1:]) > 0
    base, _ = parts(each_tiny)
    for name, tensor in base.named_parameters():
        frozen = run.model.get_base_model() if lora else run.ref_model
        kept = dict(frozen.named_parameters())
        found = kept.get(
            name, kept.get(name.replace(".weight", ".base_layer.weight").replace(".bias", ".base_layer.bias"))
        )
        assert torch.equal(found, tensor), name


def test_an_adapter_needs_no_second_model_and_nothing_else_is_trained(tiny, tmp_path):
    run = trainer(tiny(), tmp_path, options={"peft_config": LoraConfig(r=4, target_modules=LORA_TARGETS)})
    assert run.ref_model is None
    trained = [name for name, parameter in run.model.named_parameters() if parameter.requires_grad]
    assert trained
    assert all("lora_" in name and "language_model" in name for name in trained)


def test_saved_adapter_on_the_base_model_is_the_trained_model(tiny, tmp_path):
    options = {"peft_config": LoraConfig(r=4, target_modules=LORA_TARGETS)}
    run = trainer(tiny(), tmp_path, options=options, max_steps=2, learning_rate=1e-2)
    run.train()
    run.save_model(str(tmp_path / "adapter"))
    base, processor = parts(tiny())
    batch = encode(processor, [asked("?")], [CLIPS["scene_a"]])
    with torch.no_grad():
        plain = base(**batch).logits
        loaded = PeftModel.from_pretrained(base, tmp_path / "adapter")(**batch).logits
        trained = run.model(**batch).logits
    torch.testing.assert_close(loaded, trained)
    assert (loaded - plain).abs().max() > 0.01
    assert AutoProcessor.from_pretrained(tmp_path / "adapter").video_token_id == processor.video_token_id


def test_training_on_frames_as_images_equals_that_of_trl_on_images(tiny, tmp_path):
    changes = {"shuffle_dataset": False, "max_steps": 2}
    ours = trainer(tiny(), tmp_path / "ours", options={"input_mode": "images"}, **changes)
    ours.train()
    model, processor = parts(tiny())
    processor.tokenizer.padding_side = "left"
    rows = [
        {
            "prompt": [{"role": "user", "content": row["prompt"][0]["content"][1]["text"]}],
            "images": stills(CLIPS[row["scene_name"]]),
        }
        for row in questions()
    ]
    theirs = GRPOTrainer(
        model,
        early_letters,
        settings(tmp_path / "theirs", **changes),
        Dataset.from_list(rows),
        processing_class=processor,
    )
    theirs.train()
    for key in ("loss", "grad_norm", "reward", "entropy", "kl"):
        found, expected = (
            [log[key] for log in run.state.log_history if key in log] for run in (ours, theirs)
        )
        assert found == pytest.approx(expected, rel=1e-6), key


def test_guard_stops_a_run_if_its_clips_do_not_reach_the_loss(tiny, tmp_path, monkeypatch):
    # As if TRL had renamed the method that passes them on.
    theirs = GRPOTrainer._get_per_token_logps_and_entropies
    monkeypatch.setattr(VideoGRPOTrainer, "_get_per_token_logps_and_entropies", theirs)
    with pytest.raises(VsiError, match="no pixel_values_videos"):
        trainer(tiny(), tmp_path).train()


def test_tokens_that_stand_for_pixels_are_never_generated(tiny, tmp_path):
    run = trainer(
        tiny(),
        tmp_path,
        temperature=1000.0,  # every token is as likely as any other
        max_completion_length=64,
        generation_kwargs={"suppress_tokens": [65]},
    )
    written = torch.cat([batch["completion_ids"].ravel() for batch in _batches(run)])
    assert len(written.unique()) > 150
    processor = run.processing_class
    assert not torch.isin(
        written, torch.tensor([65, processor.image_token_id, processor.video_token_id])
    ).any()


@pytest.mark.parametrize("mode", ["colocate", "server"])
def test_vllm_is_also_kept_from_generating_tokens_that_stand_for_pixels(tmp_path, mode):
    asked_for = settings(
        tmp_path, use_vllm=True, vllm_mode=mode, generation_kwargs={"logit_bias": {7: 1.0}, "seed": 1}
    )
    assert without_pads(asked_for, [260, 261]) == {
        "logit_bias": {7: 1.0, 260: -100.0, 261: -100.0},
        "seed": 1,
    }


def _given_to_vllm(run, monkeypatch) -> dict:
    """The prompts and images of two questions about one clip, as generation by vLLM gets them."""
    given = {}

    def generate(_, prompt_ids, images, *others, **more):
        given.update(prompt_ids=prompt_ids, images=images)
        return [[1]] * len(prompt_ids), None

    monkeypatch.setattr(GRPOTrainer, "_generate_single_turn", generate)
    run.use_vllm = True
    run._clips, run._rows = run._ahead.take([questions()[1]] * 2)
    ids, images, fields = run._tokenize_prompts([questions()[1]["prompt"]] * 2)
    given["tokenized"] = ids
    run._generate_single_turn(ids, images, fields, 2)
    return given


def test_vllm_s_server_gets_the_frames_at_the_size_of_the_training(tiny, tmp_path, monkeypatch):
    run = trainer(tiny(), tmp_path, vllm_mode="server", options={"input_mode": "images"})
    given = _given_to_vllm(run, monkeypatch)
    assert [len(frames) for frames in given["images"]] == [3, 3]
    assert isinstance(given["images"][0][0], Image.Image)
    pads = given["prompt_ids"][0].count(run.processing_class.image_token_id)
    assert pads == sum(image.width * image.height // 28**2 for image in given["images"][0])


def _as_vllm_expands(processor, ids, counts) -> list[int]:
    """Each image token becomes the tokens of an image, as vLLM's multi-modal processors replace it."""
    counts = iter(counts)
    start, end = (getattr(processor, f"{name}_image_token_id", None) for name in ("start", "end"))
    expanded = []
    for token in ids:
        if token == processor.image_token_id:
            tokens = [token] * next(counts)
            expanded += tokens if start is None else [start, *tokens, end]
        else:
            expanded.append(token)
    return expanded


def test_vllm_in_the_process_of_the_trainer_gets_the_prompt_of_the_training(each_tiny, tmp_path, monkeypatch):
    run = trainer(each_tiny, tmp_path, vllm_mode="colocate", options={"input_mode": "images"})
    given = _given_to_vllm(run, monkeypatch)
    processor, prompt = run.processing_class, given["prompt_ids"][0]
    assert prompt.count(processor.image_token_id) == len(given["images"][0]) == 3
    vision = run._rows[0].vision
    if "image_grid_thw" in vision:
        counts = (vision["image_grid_thw"].prod(1) // 4).tolist()
    else:
        counts = [processor.image_seq_length] * 3
    assert _as_vllm_expands(processor, prompt, counts) == given["tokenized"][0]


@pytest.mark.parametrize(
    ("changes", "options", "words"),
    [
        ({"use_vllm": True}, {}, "does not work with videos"),
        ({"remove_unused_columns": True}, {}, "removes the columns"),
        (
            {"per_device_train_batch_size": 12, "gradient_accumulation_steps": 4},
            {},
            "of 48 needs 12 questions, but the data has 2",
        ),
    ],
)
def test_impossible_settings_are_refused_with_a_message(tiny, tmp_path, changes, options, words):
    with pytest.raises(OptionError, match=words):
        trainer(tiny(), tmp_path, options=options, **changes)


def test_rewards_get_the_columns_and_neither_frames_nor_clips(tiny, tmp_path):
    given = []

    def reward(prompts, completions, **columns):
        given.append((prompts, columns))
        return [float(number) for number in range(len(completions))]

    trainer(tiny(), tmp_path, rewards=reward).train()
    (prompts, columns), *_ = given
    assert (
        columns["scene_name"] == ["scene_b"] * 4 + ["scene_a"] * 4
        or columns["scene_name"] == ["scene_a"] * 4 + ["scene_b"] * 4
    )
    assert columns["ground_truth"] == ["A"] * 8
    everything = repr(prompts) + repr(
        {key: value for key, value in columns.items() if key != "trainer_state"}
    )
    assert "array" not in everything
    assert "Clip" not in everything


def test_completions_are_logged_without_their_frames(tiny, tmp_path, capsys):
    trainer(tiny(), tmp_path, log_completions=True).train()
    (file,) = (tmp_path / "completions").glob("*.parquet")
    table = pd.read_parquet(file)
    assert len(table) == 8
    assert file.stat().st_size < 20_000
    assert "How large is scene_a" in capsys.readouterr().out


def test_clip_of_a_group_is_loaded_once(tiny, tmp_path):
    fetched = []

    def clip_of(row):
        fetched.append(row["scene_name"])
        return CLIPS[row["scene_name"]]

    run = trainer(tiny(), tmp_path)
    run.clip_of = clip_of
    _batches(run)
    assert sorted(fetched) == ["scene_a", "scene_b"]


def test_completions_of_a_group_share_the_tensors_of_their_clip(tiny, tmp_path):
    rows = [row for batch in _batches(trainer(tiny(), tmp_path)) for row in batch["rows"]]
    assert len(rows) == 8
    assert len({id(row) for row in rows}) == 2


def test_evaluation_sees_the_clips_as_well(tiny, tmp_path):
    seen = trainer(tiny(), tmp_path, options={"eval_dataset": questions()}, per_device_eval_batch_size=8)
    blind = trainer(
        tiny(), tmp_path, clips=BLACK, options={"eval_dataset": questions()}, per_device_eval_batch_size=8
    )
    losses = [run.evaluate()["eval_entropy"] for run in (seen, blind)]
    assert all(np.isfinite(losses))
    assert abs(losses[0] - losses[1]) > 1e-4


OVERRIDDEN = {
    "_generate_and_score_completions": ["self", "inputs"],
    "_tokenize_prompts": ["self", "prompts"],
    "get_train_dataloader": ["self"],
    "_generate_single_turn": [
        "self",
        "prompt_ids",
        "images",
        "multimodal_fields",
        "num_generations",
        "has_tool_images",
    ],
    "_calculate_rewards": ["self", "inputs", "prompts", "completions", "completion_ids_list"],
    "_compute_loss": ["self", "model", "inputs"],
    "training_step": ["self", "model", "inputs", "num_items_in_batch"],
    "_get_per_token_logps_and_entropies": [
        *("self", "model", "input_ids", "attention_mask", "logits_to_keep", "batch_size"),
        *("compute_entropy", "compute_aux_loss"),
    ],
    "_get_train_sampler": ["self", "dataset"],
    "_load_from_checkpoint": ["self", "resume_from_checkpoint", "model"],
    "_load_best_model": ["self"],
    "_load_optimizer_and_scheduler": ["self", "checkpoint"],
    "_load_rng_state": ["self", "checkpoint"],
    "_load_scaler": ["self", "checkpoint"],
    "_save": ["self", "output_dir", "state_dict"],
    "_save_checkpoint": ["self", "model", "trial"],
    "create_model_card": ["self", "model_name", "dataset_name", "tags"],
}


def test_overridden_private_methods_are_listed_here():
    ours = {
        name
        for kind in (VideoGRPOTrainer, ExactResume, WholeCheckpoints)
        for name in vars(kind)
        if hasattr(GRPOTrainer, name) and not name.startswith("__") and name not in ("_abc_impl",)
    }
    assert ours == set(OVERRIDDEN)


@pytest.mark.parametrize("name", OVERRIDDEN)
def test_overridden_private_method_still_exists_with_its_parameters(name):
    method = getattr(GRPOTrainer, name, None)
    assert method is not None, f"GRPOTrainer.{name} is gone: adapt the override"
    found = list(inspect.signature(method).parameters)
    expected = OVERRIDDEN[name]
    assert found[: len(expected)] == expected, f"GRPOTrainer.{name} takes {found}: adapt the override"
