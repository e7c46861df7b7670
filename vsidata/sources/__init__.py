"""From a disk to a Scene: one module for each source, one registry for all."""
