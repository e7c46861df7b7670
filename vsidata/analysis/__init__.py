"""What builds and scans contain: check, plan, conform, compare, audit and debias."""
