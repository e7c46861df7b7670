"""Export a build in the formats of other training frameworks."""
