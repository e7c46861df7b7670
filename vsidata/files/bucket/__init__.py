"""Access to an object store (S3, Google Cloud Storage): its client and its faults."""
