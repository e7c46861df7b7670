"""What an object is, where it is, and what the frames show of it."""
