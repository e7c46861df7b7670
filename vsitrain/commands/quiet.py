"""Less noise from the libraries below: a run has its own progress, and says itself what matters."""

import warnings

from vsidata.plain_text import log_plainly


def quiet() -> None:
    """Silence progress bars and warnings about names that will change; log without control characters."""
    import datasets
    from transformers.utils import logging

    log_plainly()
    datasets.disable_progress_bars()
    logging.disable_progress_bar()
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
