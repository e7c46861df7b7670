"""Publish builds to an address: an object store, or the Hub."""
