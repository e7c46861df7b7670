"""Writes files and folders completely or not at all, and checks addresses on the Hub and in buckets."""
