"""The pages of the documentation that are generated: from programs, tables, topics, rule sets and recipes."""
