"""The pipeline: from one scan to its result, and from many scans to a build."""
