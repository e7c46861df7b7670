"""From a model and data to predictions: what `vsitrain evaluate` does."""

from pathlib import Path
from typing import Any

from vsidata.errors import OptionError
from vsitrain.evaluation.replies import Replier
from vsitrain.evaluation.run import Clips, Told, evaluate, record_of
from vsitrain.evaluation.settings import Settings, settings_for
from vsitrain.evaluation.videos import VideoFolder
from vsitrain.plan import read_model_config
from vsitrain.scoring.questions import read_questions
from vsitrain.starting_model import base_of, is_adapter


def asked(
    model: str,
    data: str,
    out: Path,
    *,
    videos: Path | None,
    split: str,
    batch: int,
    dtype: str | None,
    limit: int | None,
    told: Told,
    **given: Any,
) -> bool:
    """Evaluate a model.

    Args:
        model, data, out, videos, split, batch, dtype, limit: as the command line has them.
        told: of questions done, and of all that this process asks.
        **given: as `settings_for` takes it.

    Returns:
        Whether this process is the one that speaks, when all have ended.

    Raises:
        VsiError: data, videos, settings or model will not do.
    """
    from accelerate import PartialState

    settings = settings_for(model, **given)
    read_model_config(base_of(model) if is_adapter(model) else model)
    rows = read_questions(data, split)[:limit]
    clips = _clips(data, split, videos, settings)
    record = record_of(model, data, rows, settings, dtype=dtype, split=split)
    state = PartialState()
    replier = Replier(model, settings, dtype=dtype, device=state.device)
    evaluate(
        rows,
        clips,
        replier.replies,
        out,
        record=record,
        settings=settings,
        batch=batch,
        process=(state.process_index, state.num_processes),
        told=told,
    )
    state.wait_for_everyone()
    return bool(state.is_main_process)


def _clips(data: str, split: str, videos: Path | None, settings: Settings) -> Clips:
    how = {"num_frames": settings.num_frames, "max_pixels": settings.max_pixels}
    if videos is not None:
        if not videos.is_dir():
            raise OptionError(videos, "is no folder.", "Name the folder of the benchmark's videos or zips.")
        return VideoFolder(videos, **how)
    if Path(data).is_file():
        raise OptionError("--videos", "is missing.", "Name the folder of the benchmark's videos or zips.")
    from vsitrain.data.frames import FrameStore

    return FrameStore(data, split, **how)
