"""The Hub's own client, as this project uses it."""

import sys

from huggingface_hub import HfApi
from huggingface_hub.utils.tqdm import disable_progress_bars

from vsidata import __version__


def client() -> HfApi:
    """A client with address and token from their usual places, that draws progress on terminals alone."""
    if not sys.stderr.isatty():
        disable_progress_bars()
    return HfApi(library_name="vsidata", library_version=__version__)
