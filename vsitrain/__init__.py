"""From spatial question-answer data to a vision-language model that reasons about space."""
