"""Scores of a blind model: answers from the words of the questions alone, without the video."""
