"""Publish builds to the Hub and to buckets, and export them for other frameworks."""
