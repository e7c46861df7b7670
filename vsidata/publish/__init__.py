"""A build to other places: the Hub, buckets, other frameworks."""
