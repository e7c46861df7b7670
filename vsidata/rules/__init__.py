"""The content of rule files: constants with unit, reason and source; rule sets and vocabularies as data."""
