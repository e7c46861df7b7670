"""Questions made without rooms, in any number, with answers of known chance."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.random import Generator

from vsidata.topics.rule_set import load_rules

Row = dict[str, Any]

TOPICS = load_rules("wide").resolved["topics"]
DIRECTIONS = TOPICS["object_rel_direction"]["kinds"]
BEARINGS = load_rules("posed").resolved["topics"]["object_bearing"]["kinds"]


def row(scene: str, kind: str, question: str, answer: str, options: list[str] | None = None) -> Row:
    """A question with the columns of the benchmark. The topic does not contain its difficulty."""
    letters = "ABCDEFGH"
    return {
        "id": f"{scene} {kind} {question}",
        "dataset": "made",
        "scene_name": scene,
        "question_type": kind,
        "question": question,
        "options": options and [f"{letters[i]}. {option}" for i, option in enumerate(options)],
        "ground_truth": letters[options.index(answer)] if options else answer,
    }


def size(scene: str, category: str, answer: object) -> Row:
    text = TOPICS["object_size_estimation"]["question"].format(category=category)
    return row(scene, "object_size_estimation", text, str(answer))


def count(scene: str, category: str, answer: object) -> Row:
    text = TOPICS["object_counting"]["question"].format(category=category)
    return row(scene, "object_counting", text, str(answer))


def distance(scene: str, a: str, b: str, answer: object) -> Row:
    text = TOPICS["object_abs_distance"]["question"].format(a=a, b=b)
    return row(scene, "object_abs_distance", text, str(answer))


def bearing(scene: str, thing: str, degrees: int) -> Row:
    text = BEARINGS["object_bearing_degrees"]["question"].format(i=1, n=16, object=thing)
    return row(scene, "object_bearing_degrees", text, str(degrees)) | {"unit": "°"}


def bearing_word(scene: str, thing: str, word: str) -> Row:
    rules = BEARINGS["object_bearing"]
    text = rules["question"].format(i=1, n=16, object=thing)
    return row(scene, "object_bearing", text, word, list(rules["sectors"]))


def room_size(scene: str, answer: object) -> Row:
    return row(scene, "room_size_estimation", TOPICS["room_size_estimation"]["question"], str(answer))


def nearest(scene: str, target: str, options: list[str], answer: str) -> Row:
    text = TOPICS["object_rel_distance"]["question"].format(options=", ".join(options), target=target)
    return row(scene, "object_rel_distance", text, answer, options)


def direction(scene: str, kind: str, words: tuple[str, str, str], options: list[str], answer: str) -> Row:
    observer, facing, asked = words
    kind = f"object_rel_direction_{kind}"
    text = DIRECTIONS[kind]["question"].format(observer=observer, facing=facing, asked=asked)
    return row(scene, kind, text, answer, options)


def like_a_build(scenes: int, seed: int = 0, vocabulary: int = 400) -> Iterator[Row]:
    """About 83 questions per scene in the proportions of a default build over ScanNet's training scans.

    Words follow Zipf's law. Sizes and distances depend on the words, as for real furniture.
    """
    rng = np.random.default_rng(seed)
    words = np.array([f"thing {number}" for number in range(vocabulary)])
    likely = 1 / np.arange(1, vocabulary + 1)
    likely /= likely.sum()
    long = rng.uniform(20, 250, vocabulary)
    at = rng.uniform(0, 1, vocabulary)  # things with similar numbers are close together

    def some(number: int) -> list[int]:
        return rng.choice(vocabulary, number, replace=False, p=likely).tolist()

    for number in range(scenes):
        scene = f"scene{number // 2:04d}_{number % 2:02d}"
        yield room_size(scene, round(rng.lognormal(3, 0.5), 1))
        for it in some(7):
            yield size(scene, words[it], max(1, round(long[it] * rng.lognormal(0, 0.2))))
        for it in some(3):
            yield count(scene, words[it], 1 + int(rng.geometric(0.4)))
        for _ in range(21):
            a, b = some(2)
            yield distance(
                scene, words[a], words[b], round(0.2 + abs(at[a] - at[b]) * rng.lognormal(1, 0.5), 1)
            )
        for _ in range(20):
            target, *options = some(5)
            far = [abs(at[target] - at[it]) * rng.lognormal(0, 1) for it in options]
            yield nearest(
                scene,
                words[target],
                [str(words[it]) for it in options],
                str(words[options[int(np.argmin(far))]]),
            )
        yield from _directions(rng, scene, [tuple(words[some(3)]) for _ in range(31)])


def _directions(rng: Generator, scene: str, triples: list[tuple[str, ...]]) -> Iterator[Row]:
    answers = {kind.rpartition("_")[2]: list(rules["sectors"]) for kind, rules in DIRECTIONS.items()}
    for number, (observer, facing, asked) in enumerate(triples):
        kind = list(answers)[number % 3]
        options = [str(option) for option in rng.permutation(answers[kind])]
        yield direction(scene, kind, (observer, facing, asked), options, str(rng.choice(options)))
