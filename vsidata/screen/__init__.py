"""What a person at a terminal sees: progress, coloured text, and how a stop is announced."""
