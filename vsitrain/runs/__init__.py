"""What a run leaves behind and can resume from."""
