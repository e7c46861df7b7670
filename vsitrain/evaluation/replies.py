"""Greedy replies of a model to questions about clips."""

from collections.abc import Mapping, Sequence
from typing import Any

from vsitrain.data.clip import Clip
from vsitrain.data.messages import conversation
from vsitrain.evaluation.settings import Settings
from vsitrain.families import encode, limit_pixels
from vsitrain.families.family import family_of
from vsitrain.starting_model import base_of, is_adapter


class Replier:
    """A model with its processor, ready to be asked.

    Args:
        model: a folder or a name on the Hub, of a model or of an adapter on its base.
        settings: how it is asked.
        dtype: of its weights; None as they are stored.
        device: that it runs on.
    """

    def __init__(self, model: str, settings: Settings, *, dtype: str | None, device: Any) -> None:
        from transformers import AutoModelForImageTextToText, AutoProcessor

        self._settings = settings
        base = base_of(model) if is_adapter(model) else model
        loaded: Any = AutoModelForImageTextToText.from_pretrained(base, dtype=dtype or "auto")
        if is_adapter(model):
            from peft import PeftModel

            loaded = PeftModel.from_pretrained(loaded, model).merge_and_unload()
        self._model = loaded.to(device).eval()
        self._processor = AutoProcessor.from_pretrained(base)
        if family_of(self._processor).limits is not None:
            limit_pixels(
                self._processor,
                min_pixels=settings.min_pixels,
                max_pixels=settings.max_pixels,
                frames=settings.num_frames,
            )

    def replies(self, rows: Sequence[Mapping[str, Any]], clips: Sequence[Clip]) -> list[str]:
        """What the model writes on each question about its clip; greedy, the same in any batch."""
        import torch

        how = self._settings
        asked = [conversation(row, how.mode, form=how.form, letters=how.letters) for row in rows]
        batch = encode(self._processor, asked, clips, input_mode=how.input_mode).to(self._model.device)
        with torch.inference_mode():
            written = self._model.generate(
                **batch,
                max_new_tokens=how.max_new_tokens,
                do_sample=False,
                temperature=None,
                top_p=None,
                top_k=None,
            )
        new = written[:, batch["input_ids"].shape[1] :]
        texts: list[str] = self._processor.batch_decode(new, skip_special_tokens=True)
        return texts
