"""From a seed to a furnished room in ScanNet's own layout, with the truth known from the recipe."""
