"""A reply by vLLM to a question about frames."""

import time
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from vsitrain.doctor.check_result import DONE, SKIPPED, UNFINISHED, CheckResult
from vsitrain.doctor.clips import NoiseClips, questions
from vsitrain.doctor.model import config_of, processor_of
from vsitrain.doctor.setup import Setup
from vsitrain.evaluation.evaluated_model import find_model
from vsitrain.evaluation.settings import settings_for
from vsitrain.evaluation.vllm_replies import VllmReplier
from vsitrain.models.whole_weights import model_of_shapes


def vllm_reply(setup: Setup, check: str) -> Iterator[CheckResult]:
    """Load vLLM with random weights, and generate one reply. No weights are written to the disk.

    The time is that of the reply. The memory is not measured, because vLLM's settings decide how much it
    takes.
    """
    if find_spec("vllm") is None:
        yield CheckResult(check, f"{SKIPPED}: vLLM is not installed (pip install 'vsi100k[vllm]')")
        return
    yield (found := CheckResult(check, UNFINISHED))
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
        # With load_format=dummy, vLLM makes random weights.
        replier = VllmReplier(find_model(folder), how, dtype=setup.size.dtype, load_format="dummy")
        (row,) = questions(1)
        prompts = replier.prepare([row], [NoiseClips(settings).clip(row["scene_name"], row["dataset"])])
        began = time.monotonic()
        replier.reply(prompts)
        yield replace(found, result=DONE, seconds=time.monotonic() - began)


def _write_without_weights(setup: Setup, folder: Path) -> None:
    config = config_of(setup)
    config.architectures = [type(model_of_shapes(config)).__name__]
    config.save_pretrained(folder)
    processor_of(setup).save_pretrained(folder)
