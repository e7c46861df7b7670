"""Sources read scans from disk as `Scene`. Each source has a module; `registry` lists them all."""
