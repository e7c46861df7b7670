"""Pure functions on arrays: boxes, distances, bearings, areas, trimming.

In metres, square metres and radians.
"""
