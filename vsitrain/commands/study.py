"""`vsitrain study`."""

from vsidata.commands.options import AsJson, Out
from vsidata.plain_text import echo_json
from vsitrain.commands.evaluating import ask
from vsitrain.commands.options import (
    Backend,
    Batch,
    Data,
    Dtype,
    Frames,
    InputMode,
    MaxNewTokens,
    MaxQuestions,
    Model,
    Split,
    Videos,
)
from vsitrain.commands.warning import warn


def study(
    model: Model,
    data: Data,
    out: Out,
    videos: Videos = None,
    split: Split = None,
    frames: Frames = None,
    input_mode: InputMode = None,
    max_new_tokens: MaxNewTokens = None,
    batch: Batch = 8,
    dtype: Dtype = None,
    backend: Backend = "hf",
    max_questions: MaxQuestions = None,
    as_json: AsJson = False,
) -> None:
    """Ask a model in all three prompt modes, as in the paper's Table 1, and print scores and reply lengths.

    Reads the model and the data, and downloads those on the Hub to its cache. Writes one evaluation per mode
    below --out. Run the same command again to resume an interrupted study.
    """
    import orjson

    from vsidata.screen.terminal import console
    from vsitrain.evaluation import study as studying
    from vsitrain.prompts import PROMPT_MODES

    places = {"videos": videos, "split": split, "batch": batch, "dtype": dtype, "limit": max_questions}
    places |= {"backend": backend}
    how = {"num_frames": frames, "input_mode": input_mode, "max_new_tokens": max_new_tokens}
    once = [warn, *[lambda _: None] * (len(PROMPT_MODES) - 1)]  # the modes share their questions and clips
    reports = [
        ask(model, data, out / mode, prompt=mode, warned=warned, **places, **how)
        for mode, warned in zip(PROMPT_MODES, once, strict=True)
    ]
    if not all(reports):  # another process prints the results
        return
    results = {mode: studying.result_of(out / mode) for mode in PROMPT_MODES}
    if as_json:
        echo_json(orjson.dumps(studying.as_json(results), option=orjson.OPT_INDENT_2))
    else:
        console().print(studying.as_table(results))
