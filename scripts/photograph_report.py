"""Take a screenshot of a report: a scene with a question's evidence.

These commands made docs/report.png:

    make demo && .venv/bin/vsidata report demo/vsi100k
    .venv/bin/python scripts/photograph_report.py demo/vsi100k/report docs/report.png

Needs the extra `dev`, Chromium and its driver.
"""

import io
import sys
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.pages.browser import chromium

SIZE = (1280, 840)
SCENE, TOPIC, NUMBER = "scene0000_00", "object_rel_direction", 2


def main(report: Path, out: Path) -> None:
    """Open the question, and write a screenshot of the window with 256 colours."""
    with chromium() as browser:
        browser.show(SIZE)
        browser.open(report.resolve() / "scene.html", SCENE)
        browser.click(f".chip[data-topic={TOPIC}]")
        browser.run(f"document.querySelectorAll('button.question')[{NUMBER}].click()")
        picture = Image.open(io.BytesIO(browser.driver.get_screenshot_as_png())).convert("RGB")
    picture.quantize(256, Image.Quantize.FASTOCTREE).save(out, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
