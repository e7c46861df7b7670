"""Publishes builds to the Hub and to buckets, and exports them for other frameworks."""
