"""The model that a run starts from: published, adapted, or tiny."""
