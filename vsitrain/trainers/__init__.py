"""GRPO, SFT and DPO on video, and their common parts."""
