"""Engines run the work on scans. An engine is one function, `run(work, names, options)`, in the registry.

`work` takes a scan's name and writes its result to disk, so that an engine transfers no data. An engine
yields one `Outcome` per scan. An engine that only submits jobs returns a `Submission` instead.
"""
