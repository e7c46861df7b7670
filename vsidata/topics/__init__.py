"""Questions about a measured scene: one module per topic, which ends with its `TOPIC`."""
