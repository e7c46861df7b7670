"""A random forest that estimates how likely each answer is."""

import numpy as np

from vsidata.analysis.blind.word_encoder import IntArray
from vsidata.metrics import Array

FINE, COARSE = 3, 30
"""Least number of questions in a leaf: few if words say much about the answer, many if they say little."""

TREES = 30
_MOST_ROWS = 5_000  # per tree: with 20,000 the forest guesses no better


def likelihoods(
    features: Array, answers: Array, kinds: IntArray, tested: Array, *, leaf: int, seed: int
) -> Array:
    """The likelihood of each kind of answer: its share in the leaves that a question falls into.

    The trees are grown to split `answers`. A leaf keeps all kinds of answer that fell into it, so the best
    guess can be chosen by any measure afterwards.

    Args:
        features: (n, d) features of the questions to learn from.
        answers: (n,) a number for each question, or (n, k) numbers.
        kinds: (n,) the kind of each answer, from 0.
        tested: (m, d) features of the questions to answer.
        leaf: the least number of questions in a leaf.
        seed: the random seed.

    Returns:
        (m, kinds) shares, which sum to 1.
    """
    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(
        TREES,
        min_samples_leaf=leaf,
        max_features=0.5,
        max_samples=_MOST_ROWS if len(answers) > _MOST_ROWS else None,
        random_state=seed,
        n_jobs=1,  # with threads, filters of warnings do not work reliably: thousands are printed
    ).fit(features.astype(np.float32), answers)
    learned = forest.apply(features.astype(np.float32))
    asked = forest.apply(tested.astype(np.float32))
    different = int(kinds.max()) + 1
    total = np.zeros((len(tested), different))
    for tree in range(TREES):
        leaves = int(learned[:, tree].max()) + 1
        counts = np.bincount(learned[:, tree] * different + kinds, minlength=leaves * different)
        shares = counts.reshape(leaves, different).astype(float)
        total += (shares / np.maximum(shares.sum(axis=1, keepdims=True), 1))[asked[:, tree]]
    return total / TREES
