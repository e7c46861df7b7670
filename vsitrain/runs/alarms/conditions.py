"""The conditions of the alarms of a GRPO run. Each is a function from the log to an alarm."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from vsitrain.runs.alarms.alarm_rules import AlarmRules
from vsitrain.runs.alarms.statistics import Statistics

History = Sequence[Statistics]


@dataclass(frozen=True)
class Alarm:
    """A problem of a run.

    Attributes:
        kind: a name in CONDITIONS.
        step: the step at which the problem was found.
        since: the first step of the window in which it was found.
        sentence: the problem, with numbers.
        remedy: what to change.
    """

    kind: str
    step: int
    since: int
    sentence: str
    remedy: str


def zero_variance(history: History, rules: AlarmRules, beta: float) -> Alarm | None:  # noqa: ARG001 - one form
    """In most groups all completions earn the same reward, so their advantages are zero."""
    last = _last(history, "zero_variance", rules.zero_variance.window.whole)
    if not last or _mean(last, "zero_variance") < rules.zero_variance.share.value:
        return None
    share = _mean(last, "zero_variance")
    return _alarm(
        "zero_variance",
        last,
        f"In {share:.0%} of the groups all completions earned the same reward, so these groups teach nothing",
        "Use more completions per prompt (num_generations), a graded reward (min_ratio, log_ratio, mra), a "
        "higher temperature, or a mix of questions that the model sometimes answers right.",
    )


def format_collapse(history: History, rules: AlarmRules, beta: float) -> Alarm | None:
    """The format reward was high, and is low now."""
    limits = rules.format_collapse
    window = limits.window.whole
    known = [it for it in history if it.format is not None]
    last = _last(history, "format", window)
    if not last or _mean(last, "format") > limits.below.value:
        return None
    best, at = max(
        (_mean(known[end - window : end], "format"), known[end - 1].step)
        for end in range(window, len(known) + 1)
    )
    if best < limits.above.value:
        return None
    return _alarm(
        "format_collapse",
        last,
        f"The format reward fell from {best:.2f} (until step {at}) to {_mean(last, 'format'):.2f}: "
        "replies no longer have the tags that the prompt asks for",
        "Set beta to 1.0e-4, and start again or resume from a checkpoint "
        f"before step {at}. beta is 0, and without the KL term the format often collapses."
        if beta == 0
        else f"Raise beta (it is {beta:g}), lower the learning rate, and resume from a checkpoint before "
        f"step {at}.",
    )


def length(history: History, rules: AlarmRules, beta: float) -> Alarm | None:  # noqa: ARG001
    """Replies get longer without getting better, or are cut off before their end."""
    limits = rules.length
    window = limits.window.whole
    last = _last(history, "length", window)
    if not last:
        return None
    cut_off = [it.cut_off for it in last if it.cut_off is not None]
    if cut_off and fmean(cut_off) >= limits.cut_off.value:
        return _alarm(
            "length",
            last,
            f"{fmean(cut_off):.0%} of the replies are cut off at max_completion_length, most of them before "
            "their answer",
            "Raise max_completion_length, or ask for shorter replies (another prompt mode, the reward "
            "`length`).",
        )
    known = [it for it in history if it.length is not None and it.accuracy is not None]
    first = known[:window]
    if len(known) < 2 * window or _last(history, "accuracy", window) != last:
        return None
    grown = _mean(last, "length") / max(_mean(first, "length"), 1)
    better = _mean(last, "accuracy") - _mean(first, "accuracy")
    if grown < limits.growth.value or better >= limits.accuracy.value:
        return None
    return _alarm(
        "length",
        last,
        f"Replies are {grown:.1f} times as long as at the beginning ({_mean(last, 'length'):.0f} tokens "
        f"now, {_mean(first, 'length'):.0f} then), and answers are no better (accuracy {better:+.2f})",
        "Read the rollout log to see what the replies contain. Remove or narrow the reward `length`, raise "
        "beta, or lower max_completion_length.",
    )


def kl(history: History, rules: AlarmRules, beta: float) -> Alarm | None:
    """The model moves too far from the starting model."""
    limits = rules.kl
    window = limits.window.whole
    last = _last(history, "kl", window)
    if not last:
        return None
    now = _median(last, "kl")
    before = [it for it in history if it.kl is not None][-2 * window : -window]
    grows = len(before) == window and now >= limits.growth.value * _median(before, "kl")
    if now < limits.ceiling.value and not (grows and now >= limits.level.value):
        return None
    grown = f", after {_median(before, 'kl'):.2f} in the {window} logged steps before" if before else ""
    return _alarm(
        "kl",
        last,
        f"The KL divergence from the starting model is {now:.2f} nats per token{grown}",
        f"Lower the learning rate, raise beta (it is {beta:g}), or clip gradients more (max_grad_norm), and "
        "resume from an earlier checkpoint.",
    )


def entropy(history: History, rules: AlarmRules, beta: float) -> Alarm | None:
    """All replies to a prompt become the same."""
    limits = rules.entropy
    window = limits.window.whole
    known = [it for it in history if it.entropy is not None]
    last = _last(history, "entropy", window)
    if not last or len(known) < 2 * window:
        return None
    first, now = _mean(known[:window], "entropy"), _mean(last, "entropy")
    if first < limits.least.value or now > limits.share.value * first:
        return None
    return _alarm(
        "entropy",
        last,
        f"The entropy of replies fell from {first:.3f} nats per token at the beginning to {now:.3f}: all "
        "replies to a prompt are nearly the same, so nothing new is learned",
        f"Lower the learning rate, raise the temperature or beta (it is {beta:g}), and resume from an "
        "earlier checkpoint.",
    )


CONDITIONS: dict[str, Callable[[History, AlarmRules, float], Alarm | None]] = {
    "zero_variance": zero_variance,
    "format_collapse": format_collapse,
    "length": length,
    "kl": kl,
    "entropy": entropy,
}
"""The condition of each kind of alarm. The arguments are the log, the rules and the run's beta."""


def _alarm(kind: str, window: History, sentence: str, remedy: str) -> Alarm:
    since, step = window[0].step, window[-1].step
    return Alarm(kind, step, since, f"{sentence} (steps {since} to {step}).", remedy)


def _last(history: History, name: str, window: int) -> list[Statistics]:
    """The last `window` steps that have a figure; empty if there are fewer such steps."""
    known = [it for it in history if getattr(it, name) is not None]
    return known[-window:] if len(known) >= window else []


def _mean(window: History, name: str) -> float:
    return fmean(getattr(it, name) for it in window)


def _median(window: History, name: str) -> float:
    return float(median(getattr(it, name) for it in window))
