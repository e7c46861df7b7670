"""Whether questions can be answered without the video, and what else about their answers is too regular."""
