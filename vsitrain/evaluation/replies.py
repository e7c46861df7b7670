"""Greedy replies of a model to questions about clips."""

from collections.abc import Mapping, Sequence
from typing import Any

from vsitrain.data.clip import Clip
from vsitrain.data.messages import conversation, question_name
from vsitrain.evaluation.evaluated_model import Model, penalty_of
from vsitrain.evaluation.settings import Settings
from vsitrain.families import EncodedPrompt, Pixels, collate, encode_rows, limit_pixels, with_features
from vsitrain.families.family import family_of
from vsitrain.pretrained import open_adapter, open_model, open_processor

VERSIONS = ("torch", "torchvision", "transformers", "peft", "accelerate")
"""Packages that affect the replies."""


class Replier:
    """A model with its processor, loaded for an evaluation.

    Args:
        model: a full model, or an adapter, which is merged into its base.
        settings: the settings of the evaluation.
        dtype: the type of the weights; None for the type as stored.
        device: the device that the model runs on.

    Raises:
        OptionError: the weights cannot be loaded.
    """

    def __init__(self, model: Model, settings: Settings, *, dtype: str | None, device: Any) -> None:
        self._settings = settings
        loaded = open_model(model.whole, dtype=dtype or "auto")
        if model.base is not None:
            loaded = open_adapter(loaded, model.folder).merge_and_unload()
        self._model = loaded.to(device).eval()
        self._processor = processor_of(model, settings)
        self._penalty = penalty_of(model)
        self._pixels = Pixels()  # questions about a scene follow each other
        self._last: Sequence[EncodedPrompt] = ()  # the previous batch, with the features of its clips

    def prepare(self, rows: Sequence[Mapping[str, Any]], clips: Sequence[Clip]) -> list[EncodedPrompt]:
        """Encode questions about clips as rows, on the CPU."""
        how = self._settings
        asked = [conversation(row, how.mode, form=how.form, letters=True) for row in rows]
        return encode_rows(
            self._processor,
            asked,
            clips,
            input_mode=how.input_mode,
            pixels=self._pixels,
            names=[question_name(row) for row in rows],
        )

    def reply(self, rows: Sequence[EncodedPrompt]) -> list[str]:
        """The model's reply to each question of a batch.

        Decoding is greedy. A reply does not depend on the other questions of its batch.

        The vision tower runs once per distinct clip of the batch, and not for clips of the previous batch.
        """
        import torch

        with torch.inference_mode():
            self._last = with_features(self._model, rows, before=self._last)
            batch = collate(self._processor, self._last)
            written = self._model.generate(
                **batch.to(self._model.device),
                max_new_tokens=self._settings.max_new_tokens,
                do_sample=False,
                temperature=None,
                top_p=None,
                top_k=None,
                repetition_penalty=self._penalty,
            )
        new = written[:, batch["input_ids"].shape[1] :]
        texts: list[str] = self._processor.batch_decode(new, skip_special_tokens=True)
        return texts


def processor_of(model: Model, settings: Settings) -> Any:
    """The model's processor, with the pixel limits of the settings."""
    processor = open_processor(model.processor)
    if family_of(processor).limits is not None:
        limit_pixels(
            processor,
            min_pixels=settings.min_pixels,
            max_pixels=settings.max_pixels,
            frames=settings.num_frames,
        )
    return processor
