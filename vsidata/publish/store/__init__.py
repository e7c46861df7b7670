"""Builds that are published where they were not built: object stores, and by its own address the Hub."""
