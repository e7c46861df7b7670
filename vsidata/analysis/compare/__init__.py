"""Compare the questions and the answers of two builds or two rule sets."""
