"""Reaching an object store (S3, Google Cloud Storage): its client, and what goes wrong with it."""
