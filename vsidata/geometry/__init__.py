"""Pure functions on arrays: boxes, distances, bearings, areas, trimming. Metres, square metres, radians."""
