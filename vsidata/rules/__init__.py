"""What a rule file may say: constants with unit, reason and source; rule sets and vocabularies as data."""
