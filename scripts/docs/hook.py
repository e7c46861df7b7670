"""The hook of mkdocs, which adds the generated pages to the written pages."""

import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # mkdocs loads this file alone

from scripts.docs.pages import generated  # noqa: E402


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add each generated page and picture."""
    for name, content in generated().items():
        files.append(File.generated(config, name, content=content))
    return files
