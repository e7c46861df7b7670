"""A build without questions that can be guessed: the questions left out, the cost, the remaining build."""
