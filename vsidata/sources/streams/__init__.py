"""The frames of a scan: its pictures, depth, camera poses and times, whatever they are stored in."""
