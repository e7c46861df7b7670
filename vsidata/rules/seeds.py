"""Which seeds there are."""

LARGEST_SEED = 2**63 - 1
"""So that every reader of a manifest, whose numbers may have 64 bits and a sign, reads the seed exactly."""
