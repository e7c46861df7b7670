"""Where scans run. An engine is one function, `run(work, names, options)`, and one line in the registry.

`work` takes a scan's name and leaves its result on the disk, so that an engine moves no data. An engine
yields an `Outcome` a scan; one that does not wait for them returns a `Submission` instead.
"""
