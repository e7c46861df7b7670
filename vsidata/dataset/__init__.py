"""The files of a build: schema, shards, manifest, card."""
