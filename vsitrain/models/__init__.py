"""The starting model of a run: a published model, an adapter, or a tiny model."""
