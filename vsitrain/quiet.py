"""Less noise from the libraries below: a run has its own progress, and says itself what matters."""

import warnings


def quiet() -> None:
    """Silence bars of loading and mapping, and what TRL is told about names that will change."""
    import datasets
    from transformers.utils import logging

    datasets.disable_progress_bars()
    logging.disable_progress_bar()
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
