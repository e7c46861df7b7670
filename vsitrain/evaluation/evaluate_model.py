"""Make predictions from a model and data, as `vsitrain evaluate` does."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from vsidata.errors import OptionError, VsiError
from vsidata.files.safe_files import read_regular
from vsidata.plain_text import counted
from vsitrain.data.named_frames import clip_of, most_frames
from vsitrain.evaluation import replies, vllm_replies
from vsitrain.evaluation.evaluated_model import Model, find_model, penalty_of
from vsitrain.evaluation.run import AnsweringModel, Clips, OnProgress, Row, evaluate, record_of
from vsitrain.evaluation.settings import Settings, settings_for
from vsitrain.evaluation.videos import NAMES_FRAMES, VideoFolder, has_videos
from vsitrain.plan import read_model_config
from vsitrain.runs.provenance import read_provenance
from vsitrain.scoring.benchmark import Benchmark, find_benchmark
from vsitrain.scoring.questions import read_questions, split_of
from vsitrain.scoring.vsti import VERSION, vsti

Backend = Literal["hf", "vllm"]

_LONGEST_WAIT = timedelta(days=30)
"""Maximum time between the ends of the first and the last process, as their shares may differ much."""

_SEED = 0  # greedy decoding makes no random choice, but an engine may need a seed


def evaluate_model(
    model: str,
    data: str,
    out: Path,
    *,
    videos: Path | None,
    split: str | None,
    batch: int,
    dtype: str | None,
    limit: int | None,
    backend: Backend,
    on_progress: OnProgress,
    warned: Callable[[str], None],
    **given: Any,
) -> bool:
    """Evaluate a model.

    Args:
        model, data, out, videos, split, batch, dtype, limit, backend: the options of `vsitrain evaluate`.
        on_progress: called with the number of questions done and the total of this process.
        warned: called with each warning for the user.
        **given: the settings that are passed to `settings_for`.

    Returns:
        True in the process that prints the results, False in the others. The function returns after all
        processes have ended.

    Raises:
        VsiError: data, videos, settings or model cannot be used.
    """
    import torch
    from accelerate import PartialState

    found = find_model(model)
    settings = settings_for(
        str(found.folder), default_input_mode="images" if backend == "vllm" else "video", **given
    )
    read_model_config(str(found.whole))
    if backend == "vllm":
        vllm_replies.refuse(found, settings)
        settings = vllm_replies.within_own_limits(found, settings)
    benchmark = find_benchmark(data)
    split = split_of(data, split, warned)
    rows = read_questions(data, split)[:limit]
    numbered = vsti().frames.whole
    if settings.num_frames != numbered and any(row.get(VERSION) for row in rows):
        warned(
            f"The questions of VSTI-Bench number {numbered} frames, but at most {settings.num_frames} are "
            f"shown. Pass --frames {numbered}."
        )
    clips = _clips(rows, data, benchmark, split, videos, settings, warned)
    record = record_of(
        _of_model(found),
        {**_of_data(data, benchmark), "split": split},
        rows,
        settings,
        (vllm_replies if backend == "vllm" else replies).VERSIONS,
        backend=backend,
        dtype=dtype,
        repetition_penalty=penalty_of(found),
        seed=_SEED,
    )
    state = PartialState(  # without `cpu`, processes on a CPU do not find each other
        cpu=not torch.accelerator.is_available(), timeout=_LONGEST_WAIT
    )
    if backend == "vllm" and state.num_processes > 1:
        fault = "runs in one process, and uses several GPUs by itself."
        raise OptionError("--backend vllm", fault, "Run it without accelerate launch.")
    evaluate(
        rows,
        clips,
        _load_replier(
            found,
            replace(settings, num_frames=most_frames(map(clip_of, rows), settings.num_frames)),
            backend,
            dtype,
            state.device,
        ),
        out,
        record=record,
        settings=settings,
        batch=batch,
        process=(state.process_index, state.num_processes),
        on_progress=on_progress,
    )
    state.wait_for_everyone()
    return bool(state.is_main_process)


def _load_replier(
    model: Model, settings: Settings, backend: Backend, dtype: str | None, device: Any
) -> AnsweringModel:
    if backend == "vllm":
        return vllm_replies.VllmReplier(model, settings, dtype=dtype)
    return replies.Replier(model, settings, dtype=dtype, device=device)


def _of_model(model: Model) -> dict[str, Any]:
    provenance = read_provenance(model.folder)
    return {**model.record, "trained": None if provenance is None else asdict(provenance)}


def _of_data(data: str, benchmark: Benchmark | None) -> dict[str, Any]:
    folder = Path(data)
    manifest = folder / "manifest.json"
    stated = read_regular(manifest) if benchmark is None and manifest.is_file() else None
    revision = benchmark.revision if benchmark else None if folder.exists() else _revision(data)
    return {
        "data": data,
        "data_revision": revision,
        "manifest_sha256": hashlib.sha256(stated).hexdigest() if stated is not None else None,
    }


def _revision(data: str) -> str | None:
    """The commit of a build on the Hub; None if the Hub cannot be reached."""
    from vsidata.files.hub.client import client
    from vsidata.files.hub.faults import explain_hub_errors, with_retries

    try:
        with explain_hub_errors(data):
            return with_retries(lambda: client().dataset_info(data)).sha
    except VsiError:
        return None


def _clips(
    rows: Sequence[Row],
    data: str,
    benchmark: Benchmark | None,
    split: str,
    videos: Path | None,
    settings: Settings,
    warned: Callable[[str], None],
) -> Clips:
    how: dict[str, Any] = {
        "num_frames": settings.num_frames,
        "max_pixels": settings.max_pixels,
        "blank": settings.blank,
    }
    asked = [clip_of(row) for row in rows]
    if videos is not None:
        if any(clip.frames is not None for clip in asked):
            raise OptionError("--videos", NAMES_FRAMES, "Remove --videos. The build has the frames.")
        if not videos.is_dir():
            raise OptionError(
                videos, "is not a folder.", "Pass the folder of the benchmark's videos or zips."
            )
        return VideoFolder(videos, **how)
    if benchmark is not None:
        datasets = sorted({row["dataset"] for row in rows})
        if benchmark.revision is None and not has_videos(benchmark.folder, datasets):
            names = ", ".join(datasets)
            fault = f"is missing: the folder of the questions has no videos of {names}, in folders or zips."
            raise OptionError("--videos", fault, "Pass the folder of the benchmark's videos or zips.")
        return VideoFolder(benchmark.folder, archive=benchmark.archive, **how)
    from vsitrain.data.frames import FrameStore

    store = FrameStore(data, split, **how)
    store.check_named(asked)
    scenes, fewest = store.scenes_with_fewer()
    if scenes and any(clip.frames is None for clip in asked):
        warned(
            f"{counted(scenes, 'scene')} of {data} store{'s' * (scenes == 1)} fewer than "
            f"{settings.num_frames} frames (the fewest: {fewest}). The model is shown all that are stored."
        )
    return store
