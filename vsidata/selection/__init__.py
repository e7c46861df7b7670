"""Selects scenes and questions for a build."""
