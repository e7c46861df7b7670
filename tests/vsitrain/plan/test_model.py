"""The numbers of parameters from a configuration equal those of the model with weights."""

import json

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForImageTextToText

from tests.vsitrain.plan.planned import real_model
from vsidata.errors import OptionError, VsiError
from vsitrain.families import LORA_TARGETS
from vsitrain.plan import measure_model, part_of, read_model_config


@pytest.mark.parametrize(
    ("name", "total", "vision"),
    [
        # Totals: as the Hub states for the published weights. Vision: 675 M, as the model's paper states.
        ("qwen2-vl-2b", 2_208_985_600, 0.675e9),
        ("qwen2-vl-7b", 8_291_375_616, 0.675e9),
        # Its layers: 24 of width 1024 and 4096. Its four mergers have 25 M parameters each.
        ("qwen3-vl-2b", 2_127_532_032, 0.407e9),
    ],
)
def test_published_models_have_exactly_the_counted_parameters(name, total, vision):
    model = real_model(name)
    assert model.total == model.trained_total == total
    assert model.parts["vision tower"] + model.parts["projector"] == pytest.approx(vision, rel=0.02)


def test_parts_of_every_family_are_those_of_the_model_with_weights(each_tiny):
    model = AutoModelForImageTextToText.from_pretrained(each_tiny)
    counted = measure_model(read_model_config(str(each_tiny)))
    assert counted.total == model.num_parameters()
    inner = model.model
    tower = inner.visual if hasattr(inner, "visual") else inner.vision_tower
    vision = sum(it.numel() for it in tower.parameters())
    if hasattr(inner, "multi_modal_projector"):
        vision += sum(it.numel() for it in inner.multi_modal_projector.parameters())
    assert counted.parts["vision tower"] + counted.parts["projector"] == vision
    assert counted.parts["embeddings"] == inner.get_input_embeddings().weight.numel()
    assert counted.parts["head"] == 0  # shared with the embeddings
    assert all(counted.parts[part] > 0 for part in ("vision tower", "projector", "language model"))


def test_widths_equal_those_of_the_weights(each_tiny):
    model = AutoModelForImageTextToText.from_pretrained(each_tiny)
    counted = measure_model(read_model_config(str(each_tiny)))
    shapes = {name: tuple(it.shape) for name, it in model.named_parameters()}
    layer = "model.language_model.layers.0"
    assert shapes[f"{layer}.mlp.gate_proj.weight"] == (counted.intermediate, counted.hidden)
    assert shapes[f"{layer}.self_attn.k_proj.weight"] == (counted.key_value, counted.hidden)
    assert inner_layers(shapes, "model.language_model.layers.") == counted.layers
    assert shapes["model.language_model.embed_tokens.weight"] == (counted.vocabulary, counted.hidden)
    patches = next(shape for name, shape in shapes.items() if "patch_embed" in name and len(shape) >= 4)
    assert patches[0] == counted.vision_hidden
    assert torch.Size(patches[1:]).numel() == counted.pixel
    feed_forward = [
        shape for name, shape in shapes.items() if part_of(name) == "vision tower" and "mlp" in name
    ]
    assert (counted.vision_intermediate, counted.vision_hidden) in feed_forward


def inner_layers(shapes, prefix):
    return len({name.removeprefix(prefix).split(".")[0] for name in shapes if name.startswith(prefix)})


@pytest.mark.parametrize("targets", [LORA_TARGETS, ["q_proj", "v_proj"], "all-linear"])
def test_adapter_has_as_many_parameters_as_that_of_peft(tiny, targets):
    lora = LoraConfig(r=8, target_modules=targets)
    counted = measure_model(read_model_config(str(tiny())), lora=lora)
    model = get_peft_model(
        AutoModelForImageTextToText.from_pretrained(tiny()), LoraConfig(r=8, target_modules=targets)
    )
    assert counted.trained_total == model.get_nb_trainable_parameters()[0]
    assert counted.total == AutoModelForImageTextToText.from_pretrained(tiny()).num_parameters()
    in_vision = sum(
        it.numel() for name, it in model.named_parameters() if it.requires_grad and ".visual." in name
    )
    assert counted.trained["vision tower"] + counted.trained["projector"] == in_vision


def test_size_of_an_adapter_on_the_paper_s_model_follows_from_its_widths():
    # Each of q, k, v, o, gate, up and down in 28 layers has rank × (inputs + outputs) parameters.
    widths = (1536 + 1536) + 2 * (1536 + 256) + (1536 + 1536) + 3 * (1536 + 8960)
    model = real_model("qwen2-vl-2b", lora=LoraConfig(r=64, target_modules=LORA_TARGETS))
    assert model.trained == {**dict.fromkeys(model.parts, 0), "language model": 64 * 28 * widths}


def test_frozen_parts_are_not_trained(tiny):
    config = read_model_config(str(tiny()))
    whole, less = measure_model(config), measure_model(config, frozen=("vision tower",))
    assert whole.trained_total - less.trained_total == whole.parts["vision tower"]
    assert whole.trains_vision
    assert not less.trains_vision


def test_adapter_without_any_of_its_modules_is_refused(tiny):
    with pytest.raises(OptionError, match="lora_target_modules: matches no module"):
        measure_model(read_model_config(str(tiny())), lora=LoraConfig(target_modules=["c_attn"]))


def test_model_without_vision_is_refused_by_its_configuration(tmp_path):
    config = {"model_type": "qwen2", "architectures": ["Qwen2ForCausalLM"]}
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(VsiError, match="is a qwen2, but the supported families are"):
        read_model_config(str(tmp_path))


def test_adapter_in_place_of_a_model_is_refused(tmp_path):
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(OptionError, match="contains an adapter, not a model"):
        read_model_config(str(tmp_path))


@pytest.mark.parametrize("text", [None, "{", '{"model_type": "no_such"}'])
def test_configuration_that_cannot_be_read_is_refused(tmp_path, text):
    if text is not None:
        (tmp_path / "config.json").write_text(text)
    with pytest.raises(OptionError, match="its configuration cannot be read"):
        read_model_config(str(tmp_path))
