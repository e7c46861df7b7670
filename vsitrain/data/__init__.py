"""From a build to prompts with video: questions, and the frames of their scenes, joined when asked for."""
