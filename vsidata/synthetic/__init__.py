"""Synthetic scans of furnished rooms in ScanNet's layout, from a seed, with the truth from the recipe."""
