"""Analysis of scans and builds: check, plan, conform, compare, audit and debias."""
