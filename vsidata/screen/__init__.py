"""Prints on a terminal: progress, coloured text, and the message after an interrupt."""
