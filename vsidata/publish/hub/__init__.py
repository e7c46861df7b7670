"""Publish a build on the Hugging Face Hub, and check a copy of a build."""
