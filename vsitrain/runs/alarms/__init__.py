"""Alarms for GRPO runs: equal rewards, lost format, longer replies that are no better, KL, entropy."""

from vsitrain.runs.alarms.alarm_rules import AlarmRules, alarm_rules
from vsitrain.runs.alarms.callback import ALARMS, AlarmCallback, read_alarms
from vsitrain.runs.alarms.conditions import CONDITIONS, Alarm
from vsitrain.runs.alarms.statistics import Statistics, statistics_of

__all__ = [
    "ALARMS",
    "CONDITIONS",
    "Alarm",
    "AlarmCallback",
    "AlarmRules",
    "Statistics",
    "alarm_rules",
    "read_alarms",
    "statistics_of",
]
