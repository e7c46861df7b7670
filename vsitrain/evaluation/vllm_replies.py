"""Greedy replies by vLLM's offline engine, with frames as images.

This was never run on vLLM itself. The tests use a stand-in with the interface that vLLM documents.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from vsidata.errors import OptionError
from vsitrain.data.clip import Clip
from vsitrain.data.messages import conversation, question_name
from vsitrain.evaluation.evaluated_model import Model, penalty_of
from vsitrain.evaluation.replies import processor_of
from vsitrain.evaluation.settings import Settings
from vsitrain.families import family_of, fitted, least_below, most_above, refuse_marks, stills, with_places
from vsitrain.pretrained import open_processor

_LOG = logging.getLogger(__name__)

VERSIONS = ("vllm", "torch", "transformers")
"""Packages that affect the replies."""

_INSTALL = (
    "Install it in a separate environment with a GPU (pip install 'vsi100k[vllm]'), or remove --backend."
)


class VllmReplier:
    """A model in vLLM's engine, loaded for an evaluation.

    Args:
        model: a full model.
        settings: the settings of the evaluation, with clips as images.
        dtype: the type of the weights; None for the type as stored.
        **engine: further arguments of vLLM's engine, such as `load_format`.

    Raises:
        OptionError: vLLM is not installed, or the model is an adapter.
    """

    def __init__(self, model: Model, settings: Settings, *, dtype: str | None, **engine: Any) -> None:
        refuse(model, settings)
        from vllm import LLM, SamplingParams  # type: ignore[import-not-found, unused-ignore]

        self._settings = settings
        self._processor = processor_of(model, settings)
        self._engine = LLM(
            model=str(model.folder),
            dtype=dtype or "auto",
            seed=0,
            trust_remote_code=False,
            limit_mm_per_prompt={"image": settings.num_frames},
            **engine,
        )
        self._sampling = SamplingParams(
            temperature=0.0,
            max_tokens=settings.max_new_tokens,
            repetition_penalty=penalty_of(model),
        )

    def prepare(self, rows: Sequence[Mapping[str, Any]], clips: Sequence[Clip]) -> list[dict[str, Any]]:
        """Encode questions about clips as vLLM's prompts."""
        return [self._prompt(row, clip) for row, clip in zip(rows, clips, strict=True)]

    def reply(self, batch: list[dict[str, Any]]) -> list[str]:
        """The model's reply to each prompt."""
        outputs = self._engine.generate(batch, self._sampling, use_tqdm=False)
        return [output.outputs[0].text for output in outputs]

    def _prompt(self, row: Mapping[str, Any], clip: Clip) -> dict[str, Any]:
        how = self._settings
        shown = fitted(self._processor, clip)
        asked = conversation(row, how.mode, form=how.form, letters=True)
        refuse_marks(self._processor, [(question_name(row), asked[0]["content"][1]["text"])])
        text = self._processor.apply_chat_template(
            with_places(asked, shown, "images"), add_generation_prompt=True, tokenize=False
        )
        return {"prompt": text, "multi_modal_data": {"image": stills(shown)}}


def within_own_limits(model: Model, settings: Settings) -> Settings:
    """Return the settings with the pixel limits that vLLM uses, which are the model's own.

    A warning states which limits of the given settings have no effect.

    Raises:
        OptionError: the model's own limits are too close for a frame of complete patches.
    """
    processor = open_processor(model.processor)
    if family_of(processor).limits is None:  # every frame is resized to the same size
        return settings
    images = processor.image_processor
    unit = images.patch_size * images.merge_size
    own = images.size["shortest_edge"], images.size["longest_edge"]
    room = most_above(own[0], unit)
    if own[1] < room:
        fault = f"has pixel limits that are too close for frames of complete patches: {own[0]} to {own[1]}."
        remedy = f"Set shortest_edge in its preprocessor_config.json to {least_below(own[1], unit)} or less."
        raise OptionError(model.name, fault, remedy)
    most = min(max(settings.max_pixels, room), own[1])
    least = max(settings.min_pixels, own[0])
    remedy = "vLLM uses the limits in the model's preprocessor_config.json. Change them there."
    if most < settings.max_pixels:
        _LOG.warning("Frames are shrunk to %s pixels, not %s. %s", most, settings.max_pixels, remedy)
    if most > settings.max_pixels:
        _LOG.warning("Frames have up to %s pixels, not %s. %s", most, settings.max_pixels, remedy)
    if least > settings.min_pixels:
        _LOG.warning("Frames are enlarged to %s pixels, not %s. %s", least, settings.min_pixels, remedy)
    return replace(settings, min_pixels=min(least, most), max_pixels=most)


def refuse(model: Model, settings: Settings) -> None:
    """Refuse settings that vLLM does not support, before anything is loaded.

    Raises:
        OptionError: the model or a setting is not supported; the remedy states the alternative.
    """
    from importlib.util import find_spec

    if settings.input_mode != "images":
        fault = "supports only frames as images, but this model is shown videos."
        raise OptionError("--backend vllm", fault, "Remove --backend.")
    if model.base is not None:
        remedy = f"Write the full model first: vsitrain merge {model.name} OUT"
        raise OptionError(model.name, "is an adapter, but vLLM needs a full model.", remedy)
    if find_spec("vllm") is None:
        raise OptionError("--backend vllm", "vLLM is not installed.", _INSTALL)
