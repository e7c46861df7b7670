"""Random generators that depend only on seed, scene and topic, and not on earlier draws."""

import zlib

import numpy as np


def generator(seed: int, scene: int, topic: str) -> np.random.Generator:
    """Return the generator for one topic of one scene. It does not depend on order or number of workers."""
    return np.random.default_rng([seed, scene, zlib.crc32(topic.encode())])
