"""The documentation site, as `make docs` builds it."""

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

ROOT = Path(__file__).parents[2]


class Page(HTMLParser):
    """The anchors, links and loaded files of a page."""

    def __init__(self, text):
        super().__init__()
        self.anchors, self.links, self.loaded = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif given.get("src"):
            self.loaded.append(given["src"])
        elif tag == "link" and given.get("href") and given.get("rel") != "canonical":
            self.loaded.append(given["href"])


def test_the_site_has_no_broken_link_and_loads_nothing_from_elsewhere(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--site-dir", tmp_path]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    pages = {path: Page(path.read_text("utf-8")) for path in tmp_path.rglob("*.html")}
    names = {path.name for path in pages}
    generated = {"topics", "columns", "json-files", "rule-keys", "commands"}
    assert {f"{name}.html" for name in {"index"} | generated} <= names
    assert {f"{path.stem}.html" for path in (ROOT / "docs").glob("*.md")} <= names
    for path, page in pages.items():
        if path.name == "404.html":
            continue  # its links are from the root of a server
        for link in page.loaded + page.links:
            target, anchor = urldefrag(link)
            if target.startswith(("https://", "http://", "data:")):
                assert link in page.links, f"{path.name} loads {link}"
                continue
            there = (path.parent / unquote(target)).resolve() if target else path
            assert there.is_file(), f"{path.name} leads to {link}"
            if anchor and there in pages:
                assert unquote(anchor) in pages[there].anchors, f"{path.name} leads to {link}"
