"""Sources read scans from disk as `Scene`: one module for each source, one registry for all."""
