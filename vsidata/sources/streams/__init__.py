"""The frames of a scan: its pictures, depth, camera poses and times, in any of the supported formats."""
