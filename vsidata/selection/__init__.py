"""The selection of scenes and questions for a build."""
