"""Text that a processor takes for a place of pixels: no question may hold it."""

from collections.abc import Iterable, Mapping
from typing import Any

from vsidata.errors import OptionError
from vsitrain.families.family import family_of, pad_token_ids


def refuse_marks(processor: Any, texts: Iterable[tuple[str, str]]) -> None:
    """Refuse a text that names a token which stands for pixels: the model would look for them there.

    Args:
        processor: of the model.
        texts: pairs of a name for an error, and the text.

    Raises:
        OptionError: a text holds such a token.
    """
    marks = _marks(processor)
    for name, text in texts:
        if found := next((mark for mark in marks if mark in text), None):
            fault = f"holds {found}, which stands for pixels in this model."
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
