"""Find the alarms of a run in TRL's logs, report them as warnings, and write them to `alarms.jsonl`."""

import logging
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import orjson
from transformers import TrainerCallback

from vsidata.errors import VsiError
from vsidata.files.safe_files import append, open_regular
from vsitrain.runs.alarms.alarm_rules import AlarmRules, alarm_rules
from vsitrain.runs.alarms.conditions import CONDITIONS, Alarm
from vsitrain.runs.alarms.statistics import Statistics, statistics_of

ALARMS = "alarms.jsonl"

logger = logging.getLogger(__name__)


class AlarmCallback(TrainerCallback):
    """Reports problems of a GRPO run, and repeats a report while the problem lasts. Ignores other trainers.

    Args:
        rules: the conditions of the alarms; None for those of this package.
    """

    def __init__(self, rules: AlarmRules | None = None) -> None:
        self._rules = rules or alarm_rules()
        self._history: list[Statistics] = []
        self._raised: dict[str, Alarm] = {}
        self._last_reported: dict[str, int] = {}

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002 - passed by name
        """Read the log of the steps before the checkpoint that a run resumes from."""
        logged = (statistics_of(logs["step"], logs) for logs in state.log_history)
        self._history = [it for it in logged if it is not None]

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:  # noqa: ARG002
        """Check the figures of a step."""
        statistics = statistics_of(state.global_step, logs or {})
        if statistics is None or not state.is_world_process_zero:
            return
        self._history.append(statistics)
        for kind, condition in CONDITIONS.items():
            alarm = condition(self._history, self._rules, getattr(args, "beta", 0.0))
            if alarm is None:
                self._raised.pop(kind, None)
                continue
            # An alarm that lasts keeps the step at which it began.
            first = self._raised.setdefault(kind, alarm)
            alarm = replace(alarm, since=first.since)
            last_reported = self._last_reported.get(kind)
            if (
                first.step == alarm.step
                or last_reported is None
                or alarm.step - last_reported >= self._rules.repeat.steps.whole
            ):
                self._last_reported[kind] = alarm.step
                report_alarm(alarm, Path(args.output_dir))


def report_alarm(alarm: Alarm, folder: Path) -> None:
    """Log an alarm as a warning, and add it to the run's `alarms.jsonl`."""
    logger.warning("%s\n  %s", alarm.sentence, alarm.remedy)
    folder.mkdir(parents=True, exist_ok=True)
    with append(folder / ALARMS) as file:
        file.write(orjson.dumps(asdict(alarm), option=orjson.OPT_APPEND_NEWLINE))


def read_alarms(folder: Path) -> list[Alarm]:
    """The alarms of a run, in the order of their reports; empty if there is no file.

    Raises:
        VsiError: the file is damaged, or is not a regular file.
    """
    path = Path(folder) / ALARMS
    if not path.exists():
        return []
    try:
        with open_regular(path) as file:
            return [Alarm(**orjson.loads(line)) for line in file]
    except OSError as error:
        raise VsiError(path, f"cannot be read: {error.strerror}.", "Remove the file.") from error
    except (ValueError, TypeError) as error:
        fault = f"is not what a run writes: {error!s:.200}."
        raise VsiError(path, fault, "Remove the damaged line.") from error
