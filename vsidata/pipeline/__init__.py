"""The pipeline turns a scan into a result, and many scans into a build."""
