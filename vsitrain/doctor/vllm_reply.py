"""A reply by vLLM to a question about frames."""

import time
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from vsitrain.doctor.clips import NoiseClips, questions
from vsitrain.doctor.finding import DONE, SKIPPED, UNFINISHED, Finding
from vsitrain.doctor.setup import Setup


def vllm_reply(setup: Setup, check: str) -> Iterator[Finding]:
    """Load vLLM with random weights, and generate one reply. No weights are written to the disk."""
    if find_spec("vllm") is None:
        yield Finding(check, f"{SKIPPED}: vLLM is not installed (pip install 'vsi100k[vllm]')")
        return
    from vsitrain.evaluation.evaluated_model import find_model
    from vsitrain.evaluation.settings import settings_for
    from vsitrain.evaluation.vllm_replies import VllmReplier

    settings = setup.settings
    with TemporaryDirectory() as folder:
        _write_without_weights(setup, Path(folder))
        how = settings_for(
            folder,
            input_mode="images",
            num_frames=settings.frames,
            min_pixels=settings.min_pixels,
            max_pixels=settings.max_pixels,
        )
        yield (found := Finding(check, UNFINISHED))
        replier = VllmReplier(find_model(folder), how, dtype=setup.size.dtype, load_format="dummy")
        (row,) = questions(1)
        prompts = replier.prepare([row], [NoiseClips(settings).clip(row["scene_name"], row["dataset"])])
        began = time.monotonic()
        replier.reply(prompts)
        yield replace(found, result=DONE, seconds=time.monotonic() - began)


def _write_without_weights(setup: Setup, folder: Path) -> None:
    """Write the configuration and the processor of a model. vLLM draws the weights (`load_format: dummy`)."""
    import torch

    from vsitrain.families import limit_pixels
    from vsitrain.models.tiny import random_model

    with torch.device("meta"):
        model, processor = random_model(setup.size)
    settings = setup.settings
    limit_pixels(
        processor, min_pixels=settings.min_pixels, max_pixels=settings.max_pixels, frames=settings.frames
    )
    model.config.architectures = [type(model).__name__]
    for part in (model.config, model.generation_config, processor):
        part.save_pretrained(folder)
