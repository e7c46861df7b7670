"""Pages and pictures to look at: a build, a scan, a question with its evidence."""
