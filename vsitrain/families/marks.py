"""Texts that a processor reads as a place for pixels. No question may contain them."""

from collections.abc import Iterable, Mapping
from typing import Any

from vsidata.errors import OptionError
from vsitrain.families.family import family_of, pad_token_ids


def refuse_marks(processor: Any, texts: Iterable[tuple[str, str]]) -> None:
    """Refuse a text that contains a token for pixels, because the model would expect pixels at it.

    Args:
        processor: the model's processor.
        texts: pairs of the name of a text in an error, and the text.

    Raises:
        OptionError: a text contains such a token.
    """
    marks = _marks(processor)
    for name, text in texts:
        if found := next((mark for mark in marks if mark in text), None):
            fault = f"contains {found}, which stands for pixels in this model."
            raise OptionError(
                f"the prompt {name}", fault, "Remove it from the text, or leave that question out."
            )


def texts_of(messages: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    """The texts of messages."""
    for message in messages:
        content = message["content"]
        if isinstance(content, str):
            yield content
        else:
            yield from (part["text"] for part in content if part.get("text"))


def _marks(processor: Any) -> list[str]:
    names = ("image_token", "video_token", "start_image_token", "end_image_token")
    around = ("vision_start_token", "vision_end_token")
    named = [getattr(processor, name, None) for name in names]
    named += [getattr(processor.tokenizer, name, None) for name in (*names, *around)]
    named += processor.tokenizer.convert_ids_to_tokens(pad_token_ids(processor))
    named.append(family_of(processor).place)
    return sorted({str(mark) for mark in named if mark})
