"""The range of random seeds."""

LARGEST_SEED = 2**63 - 1
"""So every reader of a manifest, even one with signed 64-bit numbers, reads the seed exactly."""
