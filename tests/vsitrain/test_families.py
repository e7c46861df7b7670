"""Clips in the prompts of every family: the tokens, the pixels and the times that a model gets."""

import re

import numpy as np
import pytest
import torch
from transformers import AutoConfig, BertConfig

from tests.vsitrain.tiny_runs import CLIPS, asked, noise, parts, plain
from vsidata.errors import VsiError
from vsitrain.data.clip import Clip
from vsitrain.families import (
    FAMILIES,
    LORA_TARGETS,
    clip_tokens,
    encode,
    encode_rows,
    family_of,
    fitted,
    limit_pixels,
    pad_token_ids,
    refuse_blind_passes,
    with_places,
)


def _close(one, other):
    torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)


def test_family_is_found_by_model_configuration_and_processor(each_tiny):
    model, processor = parts(each_tiny)
    families = {
        family_of(thing).name
        for thing in (model, model.config, processor, AutoConfig.from_pretrained(each_tiny))
    }
    assert len(families) == 1


def test_error_for_a_model_without_vision_lists_the_known_families():
    with pytest.raises(VsiError, match=r"is a bert, but .* Qwen2-VL, Qwen2.5-VL, Qwen3-VL, InternVL"):
        family_of(BertConfig())


@pytest.mark.parametrize("input_mode", ["video", "images"])
def test_a_batch_of_mixed_clips_gives_the_same_as_each_clip_alone(each_tiny, input_mode):
    model, processor = parts(each_tiny)
    prompts = [asked("How many chairs?"), asked("How far?"), asked("Where?")]
    clips = list(CLIPS.values())
    with torch.no_grad():
        together = model(**encode(processor, prompts, clips, input_mode=input_mode)).logits[:, -1]
        for number, (prompt, clip) in enumerate(zip(prompts, clips, strict=True)):
            alone = encode(processor, [prompt], [clip], input_mode=input_mode)
            _close(model(**alone).logits[0, -1], together[number])


@pytest.mark.parametrize("side", ["left", "right"])
def test_padding_is_on_the_requested_side(tiny, side):
    _, processor = parts(tiny())
    batch = encode(processor, [asked("a"), asked("a longer one")], [plain(9)] * 2, padding_side=side)
    edge = 0 if side == "left" else -1
    assert batch["attention_mask"][:, edge].tolist() == [0, 1]
    assert batch["input_ids"][0, edge] == processor.tokenizer.pad_token_id
    assert batch["mm_token_type_ids"].sum(1).tolist() == [2 * 4, 2 * 4]  # four tokens of type 2: video


def test_encoding_equals_that_of_the_family_s_own_processor(each_tiny):
    _, processor = parts(each_tiny)
    clip = CLIPS["scene_a"]  # half a second between frames
    text = processor.apply_chat_template(asked("Well?"), tokenize=False, add_generation_prompt=True)
    if each_tiny.name == "qwen3-vl":  # the reference writes the marks only around each pair of frames
        text = text.replace("<|vision_start|><|video_pad|><|vision_end|>", "<|video_pad|>")
    given = {"total_num_frames": 4, "fps": 2.0, "frames_indices": [0, 1, 2, 3]}
    expected = processor(
        text=[text],
        videos=[clip.frames],
        video_metadata=[given],
        do_sample_frames=False,
        return_tensors="pt",
    )
    found = encode(processor, [asked("Well?")], [clip])
    assert set(found) == set(expected)
    for key, value in expected.items():
        _close(found[key].double(), value.double())


def test_frames_reach_the_model_unsampled_and_in_order(tiny):
    _, processor = parts(tiny())
    grey = np.array([10, 60, 120, 200, 250, 30], dtype=np.uint8)
    frames = np.broadcast_to(grey[:, None, None, None], (6, 56, 56, 3)).copy()
    shown = encode(processor, [asked("?")], [Clip(frames, np.arange(6.0) ** 2)])["pixel_values_videos"]
    video = processor.video_processor
    patches = shown.view(3, -1, 3, 2, 14 * 14)  # pairs of frames, patches, colours, frame of the pair, pixels
    seen = patches.mean(dim=(1, 4)).transpose(1, 2).reshape(6, 3)
    _close(
        seen * torch.tensor(video.image_std) + torch.tensor(video.image_mean),
        torch.from_numpy(grey / 255.0).float()[:, None].expand(6, 3),
    )


def test_time_between_frames_reaches_the_families_that_use_it(tiny):
    clip = noise(4, 56, 56)
    fast, slow = clip, Clip(clip.frames, clip.timestamps * 3)
    _, processor = parts(tiny("qwen2.5-vl"))
    batch = encode(processor, [asked("?")] * 2, [fast, slow])
    _close(batch["second_per_grid_ts"], torch.tensor([1.0, 3.0]))  # two frames per position
    _, processor = parts(tiny("qwen3-vl"))
    for shown, times in ((fast, ["0.2", "1.2"]), (slow, ["0.8", "3.8"])):  # the middle of each pair of frames
        text = processor.tokenizer.decode(encode_rows(processor, [asked("?")], [shown])[0].input_ids)
        assert re.findall("<([0-9.]+) seconds>", text) == times
        assert text.count("<|vision_start|>") == text.count("<|vision_end|>") == 2


@pytest.mark.parametrize(("frames", "seconds"), [(4, 5.0), (16, 1.25), (1, 20.0)])
def test_rate_of_frames_is_that_of_the_released_processor_on_the_whole_video(tiny, frames, seconds):
    """A video of 10 s at 25 frames per second, sampled as the benchmark does."""
    _, processor = parts(tiny("qwen2.5-vl"))
    places = np.linspace(0, 249, frames, dtype=int)
    pixels = noise(frames, 56, 56).frames
    clip = Clip(pixels, places / 25, 10.0)
    text = processor.apply_chat_template(asked("?"), tokenize=False, add_generation_prompt=True)
    given = {"total_num_frames": 250, "fps": 25.0, "frames_indices": places.tolist()}
    released = processor(
        text=[text], videos=[pixels], video_metadata=[given], do_sample_frames=False, return_tensors="pt"
    )
    _close(released["second_per_grid_ts"], torch.tensor([seconds]))
    _close(encode(processor, [asked("?")], [clip])["second_per_grid_ts"], torch.tensor([seconds]))


@pytest.mark.parametrize("input_mode", ["video", "images"])
def test_a_clip_of_one_frame_is_encoded_in_every_family(each_tiny, input_mode):
    model, processor = parts(each_tiny)
    single = Clip(noise(1, 56, 56).frames, np.array([3.0]), 10.0)
    with torch.no_grad():
        batch = encode(processor, [asked("Well?")] * 2, [single, CLIPS["scene_a"]], input_mode=input_mode)
        assert model(**batch).logits.isfinite().all()
    if each_tiny.name == "qwen3-vl" and input_mode == "video":
        text = processor.tokenizer.decode(encode_rows(processor, [asked("?")], [single])[0].input_ids)
        assert re.findall("<([0-9.]+) seconds>", text) == ["3.0"]


def test_uneven_times_are_passed_unchanged(tiny):
    _, processor = parts(tiny("qwen3-vl"))
    clip = Clip(noise(4, 56, 56).frames, np.array([0.0, 0.62, 7.0, 13.0]))
    text = processor.tokenizer.decode(encode_rows(processor, [asked("?")], [clip])[0].input_ids)
    assert re.findall("<([0-9.]+) seconds>", text) == ["0.3", "10.0"]


def test_tokens_of_a_clip_equal_those_computed_by_hand(tiny):
    _, processor = parts(tiny())
    limit_pixels(processor, min_pixels=4 * 28 * 28, max_pixels=128 * 28 * 28, frames=16)
    # With at most 128 squares of 28 x 28, a frame of 640 x 480 becomes 13 x 9 squares. A token of a video
    # covers two frames.
    assert clip_tokens(processor, 16, 480, 640) == 8 * 13 * 9 + 2
    assert clip_tokens(processor, 15, 480, 640) == 8 * 13 * 9 + 2
    assert clip_tokens(processor, 16, 480, 640, input_mode="images") == 16 * (13 * 9 + 2)


def test_limits_of_qwen3_are_those_of_a_whole_video(tiny):
    _, processor = parts(tiny("qwen3-vl"))
    limit_pixels(processor, min_pixels=4 * 32 * 32, max_pixels=12 * 32 * 32, frames=8)
    marks = len("<0.5 seconds>") + 2
    assert clip_tokens(processor, 8, 480, 640) == 4 * (4 * 3 + marks)
    assert clip_tokens(processor, 4, 480, 640) > 2 * (4 * 3 + marks)


SIZES = [(240, 320), (30, 40), (108, 192), (200, 84)]


@pytest.mark.parametrize("squares", [(4, 4), (14, 16), (40, 40)])
@pytest.mark.parametrize("family", ["qwen2-vl", "qwen2.5-vl", "qwen3-vl"])
def test_no_frame_has_more_pixels_than_the_upper_limit_even_if_the_lower_is_close(tiny, family, squares):
    _, processor = parts(tiny(family))
    patch = processor.image_processor.patch_size
    least, most = (number * (2 * patch) ** 2 for number in squares)
    for frames in (2, 5):
        limit_pixels(processor, min_pixels=least, max_pixels=most, frames=frames)
        for height, width in SIZES:
            clip = noise(frames, height, width)
            for input_mode, name in (("video", "video_grid_thw"), ("images", "image_grid_thw")):
                row = encode_rows(processor, [asked("?")], [clip], input_mode=input_mode)[0]
                pixels = row.vision[name][0][1:].prod().item() * patch**2
                assert pixels <= most, (frames, height, width, input_mode)
                assert pixels >= (0.4 if squares[1] >= 40 else 0.25) * most, (frames, height, width)


def test_an_upper_limit_below_one_square_is_refused(tiny):
    _, processor = parts(tiny())
    with pytest.raises(VsiError, match=r"is 783, but Qwen2-VL reads a frame in squares of 28"):
        limit_pixels(processor, min_pixels=1, max_pixels=783, frames=1)


def test_limits_are_saved_with_the_processor(tiny, tmp_path):
    model, processor = parts(tiny())
    limit_pixels(processor, min_pixels=3136, max_pixels=6272, frames=2)
    processor.save_pretrained(tmp_path)
    model.save_pretrained(tmp_path)
    _, saved = parts(tmp_path)
    assert clip_tokens(saved, 2, 480, 640) == clip_tokens(processor, 2, 480, 640) == 6 + 2


def test_limits_are_refused_for_families_that_resize_all_frames_to_one_size(tiny):
    _, processor = parts(tiny("internvl"))
    with pytest.raises(VsiError, match=r"no effect on InternVL"):
        limit_pixels(processor, min_pixels=1, max_pixels=2, frames=1)


@pytest.mark.parametrize("size", [(56, 56), (60, 200), (300, 100), (20, 30)])
def test_frame_as_an_image_stays_in_one_piece_and_is_scaled_once(each_tiny, size):
    _, processor = parts(each_tiny)
    clip = fitted(processor, noise(2, *size))
    assert fitted(processor, clip) is clip
    tokens = clip_tokens(processor, 3, *size, input_mode="images")
    assert tokens == 3 * (clip_tokens(processor, 1, *size, input_mode="images"))


def test_clip_has_one_place_as_a_video_and_one_per_frame_as_images():
    clip = noise(3, 28, 28)
    content = [{"type": "text", "text": "Look: ", "video": None}, {"type": "video", "text": None}]
    messages = [{"role": "system", "content": "Be short."}, {"role": "user", "content": content}]
    system, user = with_places(messages, clip, "video")
    assert system["content"] == "Be short."
    assert user["content"] == [{"type": "text", "text": "Look: "}, {"type": "video"}]
    _, user = with_places(messages, clip, "images")
    assert user["content"] == [{"type": "text", "text": "Look: "}, *[{"type": "image"}] * 3]


@pytest.mark.parametrize("places", [0, 2])
def test_prompt_without_exactly_one_place_for_its_clip_is_refused(places):
    messages = [{"role": "user", "content": [{"type": "video"}] * places}]
    with pytest.raises(ValueError, match=f"one part of type video .* has {places}"):
        with_places(messages, noise(1, 28, 28), "video")


def test_same_prompt_and_clip_are_encoded_once(tiny):
    _, processor = parts(tiny())
    clip, same, other = noise(2, 56, 56), noise(2, 56, 56), noise(2, 56, 56, seed=1)
    clips = [clip, same, clip, other]
    rows = encode_rows(processor, [asked("a"), asked("a"), asked("b"), asked("a")], clips)
    assert rows[0] is rows[1]
    assert len({id(row) for row in rows}) == 3
    assert len({id(row.vision) for row in rows}) == 2


def test_adapter_changes_all_of_the_language_model_and_nothing_of_the_vision_tower(each_tiny):
    from peft import LoraConfig, get_peft_model

    model, _ = parts(each_tiny)
    linear = [name for name, module in model.named_modules() if isinstance(module, torch.nn.Linear)]
    adapted = get_peft_model(model, LoraConfig(r=2, target_modules=LORA_TARGETS)).targeted_module_names
    assert sorted(adapted) == sorted(name for name in linear if "language_model." in name)
    assert len(adapted) == 2 * 7


def test_guarded_model_refuses_the_tokens_of_a_video_without_its_pixels(each_tiny):
    model, processor = parts(each_tiny)
    batch = encode(processor, [asked("Well?")], [plain(90)])
    text = {key: batch[key] for key in ("input_ids", "attention_mask")}
    model(**text)  # this prompt has no tokens of a video
    lift = refuse_blind_passes(model)
    with pytest.raises(VsiError, match=r"tokens that stand for pixels, but no pixel_values"):
        model(**text)
    model(**batch)
    model.generate(**batch, max_new_tokens=3)
    model(input_ids=processor.tokenizer("no video at all", return_tensors="pt")["input_ids"])
    lift()
    model(**text)


def test_guard_works_inside_an_adapter(tiny):
    from peft import LoraConfig, get_peft_model

    model, processor = parts(tiny())
    adapted = get_peft_model(model, LoraConfig(r=2, target_modules=LORA_TARGETS))
    refuse_blind_passes(adapted)
    batch = encode(processor, [asked("Well?")], [plain(90)])
    adapted(**batch)
    with pytest.raises(VsiError, match="no pixel_values_videos"):
        adapted(input_ids=batch["input_ids"])


def test_every_family_has_its_tokens_that_stand_for_pixels(each_tiny):
    model, processor = parts(each_tiny)
    pads = pad_token_ids(processor)
    assert pads == [getattr(model.config, name) for name in family_of(model).pads]
    for input_mode in ("video", "images"):
        shown = encode(processor, [asked("?")], [plain(90)], input_mode=input_mode)["input_ids"]
        assert torch.isin(shown, torch.tensor(pads)).any()


def test_every_family_has_a_name_of_its_own():
    assert len({family.name for family in FAMILIES}) == len(FAMILIES) == 4
