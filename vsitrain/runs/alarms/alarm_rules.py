"""The conditions of the alarms, from `alarms.yaml`."""

from functools import cache

from vsidata.rules.constant import Rules, StatedConstant
from vsidata.rules.strict_yaml import read_packaged


class _ZeroVariance(Rules):
    window: StatedConstant
    share: StatedConstant


class _FormatCollapse(Rules):
    window: StatedConstant
    above: StatedConstant
    below: StatedConstant


class _Length(Rules):
    window: StatedConstant
    growth: StatedConstant
    accuracy: StatedConstant
    cut_off: StatedConstant


class _Kl(Rules):
    window: StatedConstant
    level: StatedConstant
    growth: StatedConstant
    ceiling: StatedConstant


class _Entropy(Rules):
    window: StatedConstant
    share: StatedConstant
    least: StatedConstant


class _Repeat(Rules):
    steps: StatedConstant


class AlarmRules(Rules):
    """The conditions of all alarms. Each number has its reason."""

    zero_variance: _ZeroVariance
    format_collapse: _FormatCollapse
    length: _Length
    kl: _Kl
    entropy: _Entropy
    repeat: _Repeat


@cache
def alarm_rules() -> AlarmRules:
    """The conditions of this package, read once."""
    return read_packaged(AlarmRules, __package__, "alarms.yaml")
