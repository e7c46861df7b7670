"""Draw some frames of a scene in a row, and below them a question about it with its answer and evidence.

The picture in the README:

    make demo
    .venv/bin/python scripts/draw_strip.py demo/vsi100k 5bd26b docs/frames.jpg
"""

import io
import textwrap
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pyarrow.dataset as ds
import typer
from PIL import Image, ImageDraw, ImageFont

from vsidata.dataset.browse import evidence_in_words, find

FRAMES = 6
WIDTH, FRAME = 1800, (292, 219)  # pixels
MARGIN, GAP = 12, 5
CAPTION, TEXT = 18, 26  # sizes of the letters in pixels
COLUMNS = 142  # maximum number of letters per line
NAMED = 0.005  # share of the picture. A caption names the categories that are at least this large


def draw(
    build: Annotated[Path, typer.Argument(help="A build with frames.")],
    question: Annotated[str, typer.Argument(help="A question's id, or its first characters.")],
    out: Annotated[Path, typer.Argument(help="The picture, a JPEG.")],
) -> None:
    """Draw the frames that show best what a question is about, and the question."""
    row = find(build, question)
    frames, scene = (row_of(build / table, row["scene_name"]) for table in ("frames", "scenes"))
    shares = shares_shown(frames, scene, row)
    chosen = best_frames(np.array(list(shares.values())))
    lines = question_lines(row)
    high = 2 * MARGIN + FRAME[1] + 2 * CAPTION + 3 * GAP + len(lines) * round(1.3 * TEXT)
    strip = Image.new("RGB", (WIDTH, high), "white")
    pen = ImageDraw.Draw(strip)
    small, large = ImageFont.load_default(CAPTION), ImageFont.load_default(TEXT)
    for place, number in enumerate(chosen):
        left = MARGIN + place * (FRAME[0] + GAP)
        picture = Image.open(io.BytesIO(frames["images"][number]["bytes"]))
        strip.paste(picture.resize(FRAME, Image.Resampling.LANCZOS), (left, MARGIN))
        shown = [name for name, share in shares.items() if share[number] >= NAMED]
        caption = f"{frames['timestamps'][number]:.1f} s: {', '.join(shown) or 'none of them'}"
        pen.text((left, MARGIN + FRAME[1] + GAP), textwrap.fill(caption, 34), "dimgrey", small)
    text = "\n".join(lines)
    pen.text((MARGIN, MARGIN + FRAME[1] + 2 * CAPTION + 3 * GAP), text, "black", large, spacing=6)
    strip.save(out, quality=85, optimize=True)


def row_of(table: Path, scene: str) -> dict[str, Any]:
    """The one row of a scene."""
    (row,) = ds.dataset(table).filter(ds.field("scene_name") == scene).to_table().to_pylist()
    return dict(row)


def shares_shown(
    frames: dict[str, Any], scene: dict[str, Any], row: dict[str, Any]
) -> dict[str, list[float]]:
    """Map each category that a question names to the share of each frame that its objects cover."""
    category = {thing["instance"]: thing["category"] for thing in scene["objects"]}
    asked = {thing["category"]: [0.0] * len(frames["images"]) for thing in row["evidence"]["objects"]}
    for thing in frames["seen"]:
        if (name := category[thing["instance"]]) in asked:
            asked[name] = np.add(asked[name], thing["pixels"]).tolist()
    return asked


def best_frames(shares: Any) -> list[int]:
    """Choose the frame that shows each category largest, then the frames that show most of all categories."""
    largest = shares.argmax(axis=1).tolist()
    most = np.argsort(-np.minimum(shares, 0.1).sum(axis=0), kind="stable").tolist()
    return sorted(list(dict.fromkeys(largest + most))[:FRAMES])


def question_lines(row: dict[str, Any]) -> list[str]:
    """The question, its options, the answer and its evidence, in lines that fit below the frames."""
    answer = (
        f"{row['ground_truth']}. {row['answer']}"
        if row["options"]
        else f"{row['answer']} {row['unit'] or ''}"
    )
    paragraphs = [
        *row["question"].splitlines(),
        "    ".join(row["options"] or []),
        f"Answer: {answer}, because {evidence_in_words(row)}.",
    ]
    return [line for paragraph in paragraphs for line in textwrap.wrap(paragraph, COLUMNS)]


if __name__ == "__main__":
    typer.run(draw)
