"""Which scenes and which questions a build takes."""
