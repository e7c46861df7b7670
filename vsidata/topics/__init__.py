"""From a measured scene to questions: one module for each topic; rules/*.yaml are the rule sets."""
