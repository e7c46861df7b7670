"""Access to the Hugging Face Hub: its client, its faults, and a search for secrets before uploads."""
