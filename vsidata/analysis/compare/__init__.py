"""What changed between two builds, or two rule sets: which questions, and which answers."""
