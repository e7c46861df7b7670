"""Engines run the work on scans. An engine is a function `run(work, names, settings)` in the registry.

`work` takes the name of a scan and writes the result to disk, so that an engine transfers no data. An engine
yields one `Outcome` per scan. An engine that only submits jobs returns a `Submission` instead.
"""
