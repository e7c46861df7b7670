"""The planned memory equals that of real tensors, as far as they fit into the memory of a CPU."""

from dataclasses import replace

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import (
    AutoModelForImageTextToText,
    Qwen2_5_VLConfig,
    Qwen2VLConfig,
    Qwen3VLConfig,
)
from trl.kernels import chunked_logprob
from trl.trainer import utils as trl_utils

from tests.vsitrain.plan.allocator import peak_of
from tests.vsitrain.plan.planned import CLIP, grpo, real_model, sft
from tests.vsitrain.tiny_runs import parts, trainer
from vsitrain.families import LORA_TARGETS
from vsitrain.plan import ClipSize, measure_model, read_model_config
from vsitrain.plan.assumptions import assumed, assumptions
from vsitrain.plan.memory import checkpoint_bytes, memory_of

GIB = 2**30
NO_CLIP = ClipSize(0, 0, 0)
LORA = {"r": 8, "target_modules": LORA_TARGETS}


def of(kind, model, work):
    """Bytes of a kind, on any device."""
    memory = memory_of(model, work, 0)
    everything = [memory.always, *memory.phases.values()]
    return max(parts.get(kind, 0) for parts in everything)


@pytest.mark.parametrize(
    ("dtype", "lora"), [(torch.float32, False), (torch.float32, True), (torch.bfloat16, True)]
)
def test_weights_gradients_and_optimizer_are_those_of_a_real_step(tiny, dtype, lora):
    model = AutoModelForImageTextToText.from_pretrained(tiny(), dtype=dtype)
    if lora:
        model = get_peft_model(model, LoraConfig(**LORA))
    trained = [it for it in model.parameters() if it.requires_grad]
    optimizer = torch.optim.AdamW(trained)
    for it in trained:
        it.grad = torch.ones_like(it)
    optimizer.step()
    states = [it for state in optimizer.state.values() for it in state.values() if it.ndim > 0]
    size = measure_model(read_model_config(str(tiny())), lora=LoraConfig(**LORA) if lora else None)
    work = sft(weight_bytes=dtype.itemsize)
    assert of("weights", size, work) == sum(it.nbytes for it in model.parameters())
    assert of("gradients", size, work) == sum(it.grad.nbytes for it in trained)
    assert of("optimizer", size, work) == sum(it.nbytes for it in states)


def language_model(hidden, intermediate, heads, key_values, layers):
    half = hidden // heads // 2
    space = half * 3 // 8
    rope = {"rope_type": "default", "mrope_section": [half - 2 * space, space, space], "rope_theta": 1e6}
    return Qwen2VLConfig(
        text_config={
            "hidden_size": hidden,
            "intermediate_size": intermediate,
            "num_attention_heads": heads,
            "num_key_value_heads": key_values,
            "num_hidden_layers": layers,
            "vocab_size": 300,
            "rope_parameters": rope,
            "bos_token_id": None,
            "eos_token_id": 1,
        },
        vision_config={"depth": 1, "embed_dim": 32, "hidden_size": hidden, "num_heads": 2},
        tie_word_embeddings=True,
    )


def peak_of_a_step(config, rows, tokens, *, lora, checkpointing):
    """Bytes of a step of the language model under bfloat16 autocast, without weights and gradients."""
    dtype = torch.bfloat16 if lora else torch.float32
    model = AutoModelForImageTextToText.from_config(config, dtype=dtype)
    base = model
    if lora:
        model = get_peft_model(model, LoraConfig(**LORA))
        base = model.get_base_model()
    if checkpointing:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        if lora:
            model.enable_input_require_grads()
    for it in model.parameters():
        if it.requires_grad:
            it.grad = torch.zeros_like(it)
    mask = torch.ones(rows, tokens, dtype=torch.long)
    mask[0, :3] = 0
    places = torch.zeros(3, rows, tokens, dtype=torch.long)

    def step():
        with torch.autocast("cpu", dtype=torch.bfloat16):
            out = base.model.language_model(
                input_ids=torch.zeros_like(mask), attention_mask=mask, position_ids=places, use_cache=False
            )
        out.last_hidden_state.sum().backward()

    step()
    return peak_of(step)


@pytest.mark.parametrize("checkpointing", [True, False])
@pytest.mark.parametrize("sizes", [(192, 768, 6, 3, 3), (320, 1280, 5, 1, 2), (128, 1024, 4, 4, 6)])
def test_activations_of_an_adapted_language_model_are_those_that_are_allocated(sizes, checkpointing):
    config = language_model(*sizes)
    rows, tokens = 3, 160
    measured = peak_of_a_step(config, rows, tokens, lora=True, checkpointing=checkpointing)
    size = measure_model(config, lora=LoraConfig(**LORA))
    work = sft(
        clip=NO_CLIP, text_tokens=tokens, completion_tokens=0, micro_batch=rows, checkpointing=checkpointing
    )
    phase = memory_of(size, work, 0).phases["training, language model"]
    planned = phase["kept by the language model"] + phase["the computed layer"]
    assert planned == pytest.approx(measured, rel=0.2)


@pytest.mark.parametrize("checkpointing", [True, False])
def test_activations_of_a_fully_trained_model_are_those_that_are_allocated(checkpointing):
    config = language_model(192, 768, 6, 3, 3)
    measured = peak_of_a_step(config, 3, 160, lora=False, checkpointing=checkpointing)
    work = sft(clip=NO_CLIP, text_tokens=160, completion_tokens=0, micro_batch=3, checkpointing=checkpointing)
    phase = memory_of(measure_model(config), work, 0).phases["training, language model"]
    parts = ("kept by the language model", "the computed layer", "weights to compute with")
    assert sum(phase[part] for part in parts) == pytest.approx(measured, rel=0.1)


TOWERS = {
    Qwen2VLConfig: {"embed_dim": 160, "hidden_size": 64, "num_heads": 5, "mlp_ratio": 4},
    Qwen2_5_VLConfig: {
        "hidden_size": 160,
        "out_hidden_size": 64,
        "num_heads": 5,
        "intermediate_size": 640,
        "fullatt_block_indexes": [1],
    },
    Qwen3VLConfig: {
        "hidden_size": 160,
        "out_hidden_size": 64,
        "num_heads": 5,
        "intermediate_size": 640,
        "num_position_embeddings": 16,
        "deepstack_visual_indexes": [0],
    },
}


@pytest.mark.parametrize("kind", list(TOWERS))
def test_vision_tower_takes_the_memory_that_its_forward_pass_allocates(kind):
    text = language_model(64, 64, 4, 2, 1).text_config.to_dict()
    config = kind(text_config={**text, "head_dim": 16}, vision_config={"depth": 2, **TOWERS[kind]})
    tower = AutoModelForImageTextToText.from_config(config, dtype=torch.bfloat16).model.visual
    slices, side = 6, 8
    size = measure_model(config, frozen=("vision tower",))
    pixels = torch.zeros(slices * side**2, size.pixel)
    grid = torch.tensor([[slices, side, side]])

    def forward():
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            tower(pixels, grid_thw=grid)

    forward()
    work = sft(clip=ClipSize(len(pixels) // 4, 2, len(pixels)), micro_batch=1)
    phase = memory_of(size, work, 0).phases["training, vision tower"]
    assert phase["pixels"] == pixels.nbytes
    assert phase["the computed layer"] == pytest.approx(peak_of(forward), rel=0.15)


def test_cache_is_that_of_a_real_generation(tiny):
    model, processor = parts(tiny())
    ids = processor.tokenizer(["How large is it?"] * 3, return_tensors="pt")
    out = model.generate(
        **ids, max_new_tokens=5, min_new_tokens=5, return_dict_in_generate=True, use_cache=True
    )
    cached = sum(layer.keys.nbytes + layer.values.nbytes for layer in out.past_key_values.layers)
    work = grpo(
        clip=NO_CLIP,
        text_tokens=ids["input_ids"].shape[1],
        completion_tokens=4,  # the last drawn token is not read again
        micro_batch=3,
        steps_per_generation=1,
        weight_bytes=4,
    )
    assert of("cache of keys and values", measure_model(read_model_config(str(tiny()))), work) == cached


@pytest.mark.parametrize(
    ("sizes", "words", "rows", "tokens"),
    [
        ((256, 1024, 8, 2, 4), 300, 16, 200),
        ((128, 512, 4, 2, 12), 300, 8, 300),
        ((64, 64, 4, 2, 1), 40_000, 16, 4),
    ],
)
def test_generation_takes_the_memory_that_it_allocates(sizes, words, rows, tokens):
    config = language_model(*sizes)
    config.text_config.vocab_size = words
    base = AutoModelForImageTextToText.from_config(config, dtype=torch.bfloat16)
    model = get_peft_model(base, LoraConfig(**LORA)).eval()
    ids = torch.full((rows, tokens), 7)

    @torch.autocast("cpu", dtype=torch.bfloat16)
    def generate():
        model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=4,
            do_sample=True,
            top_k=0,
            suppress_tokens=[0, 1],
            pad_token_id=0,
        )

    generate()
    work = grpo(
        clip=NO_CLIP, text_tokens=tokens, completion_tokens=4, micro_batch=rows, steps_per_generation=1
    )
    # Weights stay bfloat16 if an adapter is trained.
    phases = memory_of(measure_model(config, lora=LoraConfig(**LORA)), work, 0).phases
    planned = max(sum(it.values()) for phase, it in phases.items() if phase.startswith("generation"))
    assert planned == pytest.approx(peak_of(generate), rel=0.15)


def test_tiles_of_the_head_are_those_of_the_installed_trl():
    assert assumed("head_tile_tokens") == chunked_logprob.TOKEN_CHUNK_SIZE
    assert assumed("head_tile_vocabulary") == trl_utils._CHUNKED_LOGPROB_CHUNK_SIZE


@pytest.mark.parametrize("lora", [False, True])
def test_checkpoint_has_the_size_of_a_real_one(tiny, tmp_path, lora):
    adapter = LoraConfig(r=64, target_modules=LORA_TARGETS)
    options = {"peft_config": adapter} if lora else {}
    trainer(tiny(), tmp_path, options=options, save_strategy="steps", save_steps=1).train()
    folder = tmp_path / "checkpoint-1"
    weights = folder / ("adapter_model.safetensors" if lora else "model.safetensors")
    written = weights.stat().st_size + (folder / "optimizer.pt").stat().st_size
    size = measure_model(
        read_model_config(str(tiny())), lora=LoraConfig(r=64, target_modules=LORA_TARGETS) if lora else None
    )
    assert checkpoint_bytes(size, grpo(weight_bytes=4)) == pytest.approx(written, rel=0.05)


def test_memory_of_full_training_is_sixteen_bytes_per_parameter_in_float32():
    # 4 for the weight, 4 for its gradient, 8 for Adam: Rajbhandari et al. 2020 (ZeRO), section 3.1.
    model = real_model("qwen2-vl-2b")
    work = sft(weight_bytes=4, compute_bytes=4)
    kinds = ("weights", "gradients", "optimizer")
    assert sum(of(kind, model, work) for kind in kinds) == 16 * model.total


@pytest.mark.parametrize(
    ("stage", "a_parameter"), [("zero1", 4 + 12 / 64), ("zero2", 2 + 14 / 64), ("zero3", 16 / 64)]
)
def test_deepspeed_s_stages_take_the_memory_that_their_paper_states(stage, a_parameter):
    # 16 Ψ bytes with mixed precision, over 64 devices: Rajbhandari et al. 2020 (ZeRO), figure 1.
    model = real_model("qwen2-vl-7b")
    work = sft(sharding=stage, processes=64)
    kinds = ("weights", "gradients", "optimizer")
    together = sum(of(kind, model, work) for kind in kinds)
    assert together == pytest.approx(a_parameter * model.total, rel=1e-6)


def test_fsdp_shards_everything_and_trains_in_float32():
    model = real_model("qwen2-vl-2b")
    alone, shared = (sft(sharding="fsdp", processes=number) for number in (1, 8))
    for kind in ("weights", "gradients", "optimizer"):
        assert of(kind, model, shared) == pytest.approx(of(kind, model, alone) / 8, rel=1e-6)
    assert of("weights", model, alone) == 4 * model.total


@pytest.mark.parametrize(("offloaded", "lighter_by"), [("optimizer", 12 / 8), ("weights", 12 / 8 + 2 / 8)])
def test_offloaded_parts_take_no_memory_of_the_device(offloaded, lighter_by):
    # Of 16 bytes per parameter (Rajbhandari et al. 2020), 12 are the optimizer's and its copy, 2 the weight.
    model = real_model("qwen2-vl-7b")
    here, away = (
        sum(memory_of(model, sft(sharding="zero3", processes=8, offloaded=what), 0).always.values())
        for what in ("nothing", offloaded)
    )
    assert here - away == pytest.approx(lighter_by * model.total, rel=1e-6)


def test_zero3_gathers_the_model_to_generate():
    model = real_model("qwen2-vl-7b")
    work = grpo(sharding="zero3", processes=8)
    phases = memory_of(model, work, 0).phases
    assert phases["generation, prompts"]["gathered weights"] == pytest.approx(
        2 * model.total * 7 / 8, rel=1e-6
    )


def test_reference_model_takes_memory_only_if_it_is_another_model():
    model = real_model("qwen2-vl-2b")
    adapted = real_model("qwen2-vl-2b", lora=LoraConfig(**LORA))
    assert of("reference model", model, grpo()) == 4 * model.total  # float32, as the model that is trained
    assert of("reference model", model, grpo(reference=False)) == 0
    assert of("reference model", adapted, grpo()) == 0


def test_vllm_takes_a_share_of_the_memory_and_generation_takes_none():
    model = real_model("qwen2-vl-2b", lora=LoraConfig(**LORA))
    here, elsewhere = (memory_of(model, grpo(vllm=share), 80 * GIB) for share in (0.3, 0.0))
    assert here.always["vLLM"] == pytest.approx(24 * GIB)
    assert "vLLM" not in elsewhere.always
    assert not any(phase.startswith("generation") for phase in here.phases)


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        ({"checkpointing": False}, 1),
        ({"micro_batch": 28}, 1),
        ({"steps_per_generation": 4}, -1),
        ({"completion_tokens": 512}, 1),
        ({"clip": replace(CLIP, features=468, patches=1872)}, -1),
        ({"optimizer": "adamw_8bit"}, -1),
    ],
)
def test_settings_change_the_planned_memory_in_the_right_direction(change, sign):
    model = real_model("qwen2-vl-2b", lora=LoraConfig(r=64, target_modules=LORA_TARGETS))
    difference = memory_of(model, grpo(**change), 0).total - memory_of(model, grpo(), 0).total
    assert sign * difference >= 0
    assert (
        difference or "completion_tokens" in change
    )  # replies are short, so the vision tower decides the peak


def test_every_assumption_has_its_reason_and_source():
    for name, entry in assumptions().items():
        assert entry.value > 0, name
        assert entry.why, name
        assert entry.source, name
