"""Questions of a build and the frames of their scenes, which are joined when a prompt is made."""
