"""The Hub's client, configured for this project."""

import sys

from huggingface_hub import HfApi
from huggingface_hub.utils.tqdm import disable_progress_bars

from vsidata import __version__
from vsidata.plain_text import log_plainly


def client(token: str | None = None) -> HfApi:
    """Return a client that shows progress only on terminals.

    Args:
        token: the user's token; None for the token of `hf auth login` or HF_TOKEN.
    """
    log_plainly()
    if not sys.stderr.isatty():
        disable_progress_bars()
    return HfApi(token=token, library_name="vsidata", library_version=__version__)
