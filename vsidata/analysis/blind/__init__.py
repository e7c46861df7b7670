"""What a model would score that never looks: answers from the words of the questions alone."""
