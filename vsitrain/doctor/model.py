"""The model of the checks, with its configuration and its processor. No files are read."""

from typing import Any

import torch

from vsitrain.doctor.setup import Setup
from vsitrain.families import keep_gradients_out_of_the_tower, limit_pixels
from vsitrain.models.tiny import random_model
from vsitrain.models.tiny.configs import IMAGE_SIZE, make_config
from vsitrain.models.tiny.processors import make_processor, make_tokenizer


def config_of(setup: Setup) -> Any:
    """The configuration of the model."""
    return make_config(setup.size, make_tokenizer(setup.size.family))


def processor_of(setup: Setup) -> Any:
    """The processor of the model, with the pixel limits set."""
    processor = make_processor(setup.size, make_tokenizer(setup.size.family), IMAGE_SIZE)
    settings = setup.settings
    limit_pixels(
        processor, min_pixels=settings.min_pixels, max_pixels=settings.max_pixels, frames=settings.frames
    )
    return processor


def model_of(setup: Setup) -> Any:
    """The model with random weights, made on its device."""
    with torch.device(setup.device):
        model, _ = random_model(setup.size)
    keep_gradients_out_of_the_tower(model)
    return model
