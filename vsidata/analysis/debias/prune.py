"""Leave out questions that can be guessed blind, until a guess is hardly better than one constant answer.

The forest of the audit guesses. Some of the questions that it guesses best are left out. Then it learns
again, with another split of the rooms. The scores that are reported at the end come from splits and forests
that had no part in the choice.

Source: iterative bias pruning, by which VSI-Bench's authors made its debiased subset (Brown et al. 2025,
arXiv 2511.04655).
"""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from vsidata.analysis.audit.scores import by_type
from vsidata.analysis.blind.blind_question import BlindQuestion, can_be_scored
from vsidata.analysis.blind.guess import can_learn, guess, partition_count
from vsidata.metrics import Array

# Share of the surplus questions that is left out per round. Then the forest learns again from the others.
_PART = 0.5
_LEAST = 0.01  # least share of the remaining questions that is left out per round
_MOST_ROUNDS = 40
# The gain of n questions varies between splits by about _SPREAD / √n, measured on 770 and on 3,600 questions.
_SPREAD = 0.8
_TAIL = 0.05
_LEAST_OF_CATEGORY = 20  # answers that are needed for meaningful percentiles


@dataclass(frozen=True)
class Round:
    """The scores at one number of questions.

    Attributes:
        questions: the number of questions left.
        constant, forest: mean scores in [0, 1], both learned in other rooms.
    """

    questions: int
    constant: float
    forest: float


@dataclass
class Pruned:
    """The result for one question type.

    Attributes:
        topic: the topic of the type.
        kept: the questions that are left.
        asked: the number of questions before.
        rounds: the rounds in order; the first has all questions.
        before, after: scores in [0, 1] of all questions and of the kept questions: `constant_in_sample`,
            `constant`, `category_constant` and `forest`. They come from splits that had no part in the
            choice. If there are too few rooms, only `constant_in_sample` is there.
        tail: the shares of answers outside the 5th to 95th percentile of all answers of their category, for
            all questions and for the kept questions. None for choices and angles, and if no category has
            enough answers.
    """

    topic: str
    kept: list[BlindQuestion]
    asked: int
    rounds: list[Round] = field(default_factory=list)
    before: Mapping[str, float] = field(default_factory=dict)
    after: Mapping[str, float] = field(default_factory=dict)
    tail: tuple[float, float] | None = None


def prune(
    questions: Sequence[BlindQuestion],
    *,
    target: float,
    least: float,
    seed: int = 0,
    on_forest: Callable[[], None] = lambda: None,
    done: Callable[[], None] = lambda: None,
) -> dict[str, Pruned]:
    """Prune every question type.

    Args:
        questions: the questions of a build. Those that cannot be scored are all kept.
        target: the largest allowed score of the forest minus that of the constant, in [0, 1].
        least: the least share of all questions to keep.
        seed: the random seed.
        on_forest: called after each forest.
        done: called after each question type.

    Returns:
        Question type → result.
    """
    spare = len(questions) - math.ceil(least * len(questions))
    found = {}
    for kind, own in by_type(questions).items():
        found[kind] = _prune_type(own, target, spare, seed, on_forest)
        spare -= len(own) - len(found[kind].kept)
        done()
    return found


def _prune_type(
    questions: list[BlindQuestion], target: float, spare: int, seed: int, on_forest: Callable[[], None]
) -> Pruned:
    scored = [asked for asked in questions if can_be_scored(asked)]
    unscored = [asked for asked in questions if not can_be_scored(asked)]
    pruned = Pruned(questions[0].topic, list(questions), len(questions))
    if not scored:
        return pruned
    draws = np.random.SeedSequence([seed, 1]).generate_state(_MOST_ROUNDS).tolist()
    fresh, again = np.random.SeedSequence([seed, 2]).generate_state(2).tolist()
    kept = scored
    for draw in draws if can_learn(scored) else ():
        guesses = guess(kept, draw, on_forest)
        assert guesses.of_forest is not None, "there are enough rooms"  # noqa: S101 - for the type checker
        assert guesses.of_constant is not None, "there are enough rooms"  # noqa: S101 - for the type checker
        # The gain is measured against the constant's mean, not its score at each question. Otherwise
        # questions that agree with the constant would stay, and letters and sizes would all become the same.
        gains = guesses.of_forest - guesses.of_constant.mean()
        pruned.rounds.append(
            Round(len(kept), float(guesses.of_constant.mean()), float(guesses.of_forest.mean()))
        )
        allowed = target - min(2 * _SPREAD / math.sqrt(len(kept) * partition_count(kept)), target / 2)
        cut = min(_surplus(gains, allowed), spare - (len(scored) - len(kept)))
        if gains.mean() <= allowed or cut <= 0:
            break
        drawn = np.random.default_rng(draw).permutation(len(kept))  # breaks ties between equal gains
        left = set(drawn[np.argsort(-gains[drawn], kind="stable")[cut:]].tolist())
        fewer = [asked for place, asked in enumerate(kept) if place in left]
        if not can_learn(fewer):
            break
        kept = fewer
    pruned.before, pruned.after = _measured(scored, fresh, on_forest), _measured(kept, again, on_forest)
    pruned.tail = _tail(scored, kept)
    chosen = {id(asked) for asked in (*kept, *unscored)}
    pruned.kept = [asked for asked in questions if id(asked) in chosen]
    return pruned


def _surplus(gains: Array, allowed: float) -> int:
    """The number of questions to leave out in this round. They are those with the largest gains.

    It is a share of the questions that must go until the mean gain of the rest is at most `allowed`.
    """
    rest = gains.sum() - np.cumsum(np.sort(gains)[::-1])
    enough = rest <= allowed * np.arange(len(gains) - 1, -1, -1)
    needed = int(np.argmax(enough)) + 1
    return max(int(_PART * needed), int(_LEAST * len(gains)), 1)


def _measured(
    questions: Sequence[BlindQuestion], seed: int, on_forest: Callable[[], None]
) -> dict[str, float]:
    guesses = guess(questions, seed, on_forest)
    ways = {
        "constant_in_sample": guesses.of_best,
        "constant": guesses.of_constant,
        "category_constant": guesses.of_category,
        "forest": guesses.of_forest,
    }
    return {way: float(scores.mean()) for way, scores in ways.items() if scores is not None}


def _tail(before: Sequence[BlindQuestion], after: Sequence[BlindQuestion]) -> tuple[float, float] | None:
    answers: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for asked in before:
        if asked.is_number and not asked.is_angle:
            answers[asked.words].append(asked.value)
    ends = {
        words: np.quantile(values, [_TAIL, 1 - _TAIL])
        for words, values in answers.items()
        if len(values) >= _LEAST_OF_CATEGORY
    }
    shares = []
    for part in (before, after):
        known = [asked for asked in part if asked.words in ends]
        if not known:
            return None
        outside = [not ends[asked.words][0] <= asked.value <= ends[asked.words][1] for asked in known]
        shares.append(float(np.mean(outside)))
    return shares[0], shares[1]
