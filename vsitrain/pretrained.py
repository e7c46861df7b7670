"""Open configurations, processors, models and adapters of other people without running their code.

Code that comes with a model is never run. Weights are read from safetensors only, because unpickling can run
code. A file that cannot be read is an error with file, fault and remedy.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vsidata.errors import OptionError, VsiError

_SAFE = {"trust_remote_code": False}

_PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")

SECONDS = 10.0
"""Limit of CPU time to render a chat template or to match an adapter's pattern. Both take milliseconds."""

_LONGEST = 1_000_000  # maximum number of characters that a chat template makes of one short question


def open_config(name: str) -> Any:
    """The configuration of a model, from a folder or from the Hub.

    Raises:
        OptionError: it cannot be read, or needs code from elsewhere.
    """
    from transformers import AutoConfig

    remedy = "Pass the folder of a model, or the name of a model on the Hub that can be reached."
    with in_words(name, "its configuration cannot be read", remedy):
        config = AutoConfig.from_pretrained(name, **_SAFE)
        kernel = str(config._attn_implementation or "")
        if "/" in kernel:  # transformers would download and run it
            fault = f"its configuration needs {kernel!r} for attention: code that vsitrain never runs."
            raise OptionError(name, fault, "Remove attn_implementation from its config.json.")
    return config


def open_processor(name: str | Path) -> Any:
    """The processor of a model. The chat template is first tried on a question.

    Raises:
        OptionError: it cannot be read, or its chat template fails or takes too long.
    """
    from transformers import AutoProcessor

    with in_words(name, "its processor cannot be read", "Copy the model again from its source."):
        processor = AutoProcessor.from_pretrained(name, **_SAFE)
    if hasattr(processor, "apply_chat_template"):
        _try_template(name, processor)
    return processor


def open_model(name: str | Path, **how: Any) -> Any:
    """A model with its weights, from a folder or from the Hub.

    Args:
        name: the folder of the model, or its name on the Hub.
        **how: further arguments for transformers: `dtype`, `attn_implementation`.

    Raises:
        OptionError: the weights cannot be loaded, or are pickled.
    """
    from transformers import AutoModelForImageTextToText

    refuse_pickles(name, "*.safetensors")
    with in_words(name, "its weights cannot be loaded", "Copy the model again from its source."):
        return AutoModelForImageTextToText.from_pretrained(name, use_safetensors=True, **_SAFE, **how)


def open_adapter(model: Any, folder: str | Path) -> Any:
    """A model with an adapter on it.

    Raises:
        OptionError: the adapter cannot be read, does not fit, or is pickled.
    """
    from peft import PeftModel

    refuse_pickles(folder, "adapter_model.safetensors")
    fault = "cannot be read as an adapter"
    with in_words(folder, fault, "Pass a folder that PEFT wrote."), limited(folder, fault):
        return PeftModel.from_pretrained(model, str(folder))


def refuse_pickles(name: str | Path, wanted: str) -> None:
    """Refuse a folder with pickled weights. From the Hub, only safetensors are downloaded.

    Args:
        name: the folder or the name of a model or an adapter.
        wanted: pattern of the files that must be there.

    Raises:
        OptionError: the folder has pickles and no file of the pattern.
    """
    folder = Path(name)
    if not folder.is_dir() or any(folder.glob(wanted)):
        return
    if pickled := sorted(path.name for pattern in _PICKLED for path in folder.glob(pattern)):
        fault = f"its weights are pickled ({pickled[0]}): reading them could run code."
        remedy = "If you trust them, convert them to safetensors: load the model, and call save_pretrained."
        raise OptionError(name, fault, remedy)


@contextmanager
def limited(name: str | Path, fault: str) -> Iterator[None]:
    """Stop a block that takes more than SECONDS of CPU time. The limit works in the main thread only.

    Raises:
        OptionError: the block takes more.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        remedy = "Copy it again from its source."
        raise OptionError(name, f"{fault}: it takes more than {SECONDS:g} seconds.", remedy)

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _try_template(name: str | Path, processor: Any) -> None:
    """Render a question, and a reply to it, as training and evaluation do."""
    text = {"type": "text", "text": "How many chairs are in this room?\nOptions:\nA. 1\nB. 2"}
    fault = "its chat template cannot be used"
    said = {"role": "assistant", "content": [{"type": "text", "text": "A"}]}
    for places in ({"type": "video"},), ({"type": "image"}, {"type": "image"}):
        asked = {"role": "user", "content": [*places, text]}
        with in_words(name, fault, "Copy the model again from its source."), limited(name, fault):
            for messages in ([asked], [asked, said]):
                made = processor.apply_chat_template(
                    messages, add_generation_prompt=len(messages) == 1, tokenize=False
                )
                if len(made) > _LONGEST:
                    raise ValueError(f"it makes {len(made):,} characters of a short question")


@contextmanager
def in_words(name: str | Path, fault: str, remedy: str) -> Iterator[None]:
    """Turn any exception of a library into an error with the file, the fault and the remedy."""
    try:
        yield
    except (VsiError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic in a library's compiled code is not an Exception
        said = " ".join(str(error).strip().partition("\n")[0].split()).rstrip(".")
        if "custom code" in said or "trust_remote_code" in str(error):
            fault, said = "needs code of its own, which vsitrain never runs", ""
            remedy = "Choose a model of a family that is part of transformers."
        if not isinstance(error, (OSError, ValueError, RuntimeError)):
            said = f"{type(error).__name__}: {said}"
        raise OptionError(name, f"{fault}: {said:.300}" if said else fault, remedy) from error
