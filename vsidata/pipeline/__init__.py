"""One scan through all of it, and many scans to a build."""
