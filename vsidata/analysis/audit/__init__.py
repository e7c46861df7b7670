"""Whether questions can be answered without a look, and what else about their answers is too regular."""
