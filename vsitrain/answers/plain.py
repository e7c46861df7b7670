"""Plain text of a reply: lower case, without Markdown, LaTeX, HTML and typographic characters."""

import re
import unicodedata

_SAME = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "‑": "-",
        "‐": "-",
        "’": "'",
        "‘": "'",
        "′": "'",
        "“": '"',
        "”": '"',
        "″": '"',
        "×": "x",
        "º": "°",
        "˚": "°",
    }
)
_LATEX_SPACES = re.compile(r"\\[,;:! ]|~(?=\\)|(?<=\d)~")
_LATEX_BOX = re.compile(r"\\boxed\s*\{")
_LATEX_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_LATEX_COMMAND = re.compile(r"\\[a-z]+\s*")
_LATEX_CHARACTERS = str.maketrans("", "", "{}$\\")
_HTML = re.compile(r"</?[a-z][a-z0-9_]*\b[^<>]*>")
_MARKDOWN = re.compile(
    r"`+|(?<!\d)\*+|\*+(?!\d)|(?<!\w)_+|(?<!_)_++(?!\w)|^[^\S\n]*(?:#+|[>+•-])[^\S\n]+", re.MULTILINE
)
_VULGAR_FRACTION = re.compile(r"(?<=\d)(?=[¼½¾⅐-⅞])")
_SPACES = re.compile(r"[^\S\n]+")


LONGEST = 50_000
"""Maximum number of characters of a text that is read for its answer.

A longer text has no answer. Reading one number may need all the text before it, so a reply of a million
characters takes minutes. No model writes so much after its thoughts, and the thoughts are removed before. An
evaluation stops a model at 512 new tokens, about 2,000 characters.
"""


def plain(text: str) -> str:
    r"""Convert a reply to plain text; the content of `\boxed{…}` gets the mark `answer:`.

    A text of more than LONGEST characters becomes empty.

    >>> plain("**2.5 m²**"), plain(r"$\boxed{\frac{3}{4}\,\text{m}}$"), plain("<b>Sink</b>").strip()
    ('2.5 m2', 'answer: 3/4 m', 'sink')
    """
    if len(text) > LONGEST:
        return ""
    if not text.isascii():
        text = _VULGAR_FRACTION.sub(" ", text)
        text = unicodedata.normalize("NFKC", text.translate(_SAME)).replace("\u2044", "/")
    text = text.casefold().replace("<sup>2</sup>", "2")
    if "\\" in text or "~" in text:
        text = text.replace("\\approx", "≈").replace("\\times", "x")
        text = _LATEX_SPACES.sub(" ", text)
        text = _LATEX_BOX.sub("\nanswer: ", text)
        text = _LATEX_FRACTION.sub(r" \1/\2", text)
        text = _LATEX_COMMAND.sub(" ", text)
    text = text.translate(_LATEX_CHARACTERS)
    if "<" in text:
        text = _HTML.sub("\n", text)
    text = _SPACES.sub(" ", _MARKDOWN.sub("", text))
    return "\n".join(line for line in map(str.strip, text.split("\n")) if line)
