"""Where scans run. An engine is one function, `run(work, names, workers)`, that yields an `Outcome` a scan.

`work` takes a scan's name and leaves its result on the disk, so that an engine moves no data.
"""
