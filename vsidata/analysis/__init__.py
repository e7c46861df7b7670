"""What is kept, and why: leak guard, splits, plan, conform."""
