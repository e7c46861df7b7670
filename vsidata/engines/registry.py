"""The engines by name."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from vsidata.engines import local, ray, slurm
from vsidata.engines.outcome import Outcome
from vsidata.engines.settings import EngineSettings
from vsidata.engines.submission import Submission
from vsidata.errors import OptionError

Work = Callable[[str], None]
Engine = Callable[[Work, Sequence[str], EngineSettings], Iterator[Outcome] | Submission]

ENGINES: Mapping[str, Engine] = {
    "local": lambda work, names, settings: local.run(work, names, settings.workers),
    "ray": ray.run,
    "slurm": slurm.run,
}


def engine_of(name: str) -> Engine:
    """Return the engine with this name.

    Raises:
        OptionError: the engine is unknown.
    """
    if name not in ENGINES:
        raise OptionError("--engine", f"{name} is not an engine.", f"Choose from: {', '.join(ENGINES)}.")
    return ENGINES[name]
