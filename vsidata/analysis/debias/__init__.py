"""A build without what can be guessed: which questions go, what that costs, the build that is left."""
