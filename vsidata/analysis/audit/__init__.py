"""Check whether questions can be answered without the video, and whether their answers are too regular."""
