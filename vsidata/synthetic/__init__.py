"""Makes synthetic scans of furnished rooms from a seed, in ScanNet's layout, with the truth about them."""
