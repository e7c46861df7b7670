"""Files and folders that are written completely or not at all, and addresses on the Hub and in buckets."""
