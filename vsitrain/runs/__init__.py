"""The files of a run: checkpoints, provenance, model card, rollout log, alarms, curves."""
