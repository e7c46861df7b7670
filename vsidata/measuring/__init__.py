"""Measures scenes: objects, their positions and sizes, and their visibility in the frames."""
