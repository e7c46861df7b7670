"""What changed between two builds or two rule sets: the questions and the answers."""
