"""The size of a clip that is computed from the configuration equals that of the real processor."""

import pytest
from transformers import AutoConfig, AutoProcessor

from tests.vsitrain.tiny_runs import asked, noise
from vsitrain.families import clip_tokens, encode_rows, family_of, limit_pixels, pad_token_ids
from vsitrain.plan import clip_size

LIMITS = {"min_pixels": 4 * 28 * 28, "max_pixels": 32 * 28 * 28}


CLOSE = {"min_pixels": 20 * 28 * 28, "max_pixels": 20 * 28 * 28}


def made(folder, frames, height, width, input_mode, limits=LIMITS):
    """Features, patches and tokens of a clip, as the processor makes it."""
    processor = AutoProcessor.from_pretrained(folder)
    if family_of(processor).limits:
        limit_pixels(processor, **limits, frames=frames)
    row = encode_rows(processor, [asked("?")], [noise(frames, height, width)], input_mode=input_mode)[0]
    features = sum(row.input_ids.count(token) for token in pad_token_ids(processor))
    pixels = next(it for name, it in row.vision.items() if name.startswith("pixel_values"))
    tokens = clip_tokens(processor, frames, height, width, input_mode=input_mode)
    return features, pixels, tokens


@pytest.mark.parametrize("input_mode", ["video", "images"])
@pytest.mark.parametrize("limits", [LIMITS, CLOSE], ids=["far", "close"])
@pytest.mark.parametrize(
    "shape", [(1, 112, 112), (1, 240, 320), (4, 112, 112), (5, 240, 320), (3, 60, 30), (8, 130, 97)]
)
def test_features_and_patches_of_every_family_are_those_of_its_processor(
    each_tiny, shape, limits, input_mode
):
    frames, height, width = shape
    config = AutoConfig.from_pretrained(each_tiny)
    size = clip_size(config, frames=frames, height=height, width=width, **limits, input_mode=input_mode)
    features, pixels, _ = made(each_tiny, *shape, input_mode, limits)
    assert size.features == features
    if family_of(config).limits:
        assert size.patches == len(pixels)


@pytest.mark.parametrize("input_mode", ["video", "images"])
@pytest.mark.parametrize("family", ["qwen2-vl", "qwen2.5-vl"])
def test_tokens_of_a_clip_are_those_that_it_adds_to_its_prompt(tiny, family, input_mode):
    config = AutoConfig.from_pretrained(tiny(family))
    size = clip_size(config, frames=6, height=120, width=160, **LIMITS, input_mode=input_mode)
    assert size.tokens == made(tiny(family), 6, 120, 160, input_mode)[2]


def test_frames_as_images_take_twice_the_tokens():
    # The published processor makes 1,931 tokens of 16 frames of 640 × 480 as images, at 128 tokens each, and
    # 965 tokens of the video. Both numbers contain about 29 tokens of a chat template.
    from tests.vsitrain.plan.planned import real_config

    config = real_config("qwen2-vl-2b")
    asked_of = {"frames": 16, "height": 480, "width": 640, "min_pixels": 3136, "max_pixels": 128 * 28 * 28}
    video = clip_size(config, **asked_of)
    images = clip_size(config, **asked_of, input_mode="images")
    assert images.features == 2 * video.features
    assert 965 - video.tokens == 1931 - images.tokens == pytest.approx(29, abs=5)
