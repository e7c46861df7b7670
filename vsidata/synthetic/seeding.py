"""Random generators that depend only on seed, scene and topic, not on earlier draws."""

import zlib

import numpy as np


def generator(seed: int, scene: int, topic: str) -> np.random.Generator:
    """A generator for one topic of one scene: the same for any order of work and any number of workers."""
    return np.random.default_rng([seed, scene, zlib.crc32(topic.encode())])
