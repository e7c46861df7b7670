"""Pages and pictures that show a build, a scan, or a question with its evidence."""
