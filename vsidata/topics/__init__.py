"""From a measured scene to questions: one module for each topic, ending with its `TOPIC`."""
