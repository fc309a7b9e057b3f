"""The compiled rules on disk, for a second start."""
