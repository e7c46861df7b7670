"""Reaching the Hugging Face Hub: its client, what goes wrong with it, and secrets that must not go there."""
