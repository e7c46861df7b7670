"""A build in the formats of other training frameworks."""
