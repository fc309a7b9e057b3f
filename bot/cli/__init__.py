"""The `marsad` command: one file for each group of commands."""
