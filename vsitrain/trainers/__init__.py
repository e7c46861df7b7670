"""GRPO, SFT and DPO on video, and what they share."""
