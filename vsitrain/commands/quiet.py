"""Fewer messages from the libraries: a run has its own progress bar and its own messages."""

import warnings

from vsidata.plain_text import log_plainly


def quiet() -> None:
    """Disable progress bars and warnings about deprecated names; log without control characters."""
    import datasets
    from transformers.utils import logging

    log_plainly()
    datasets.disable_progress_bars()
    logging.disable_progress_bar()
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
