"""What is written: schema, shards, manifest, card."""
