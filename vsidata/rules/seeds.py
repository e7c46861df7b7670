"""The range of random seeds."""

LARGEST_SEED = 2**63 - 1
"""The largest signed 64-bit number, so that every reader of a manifest can store the seed exactly."""
