"""Which happening an entry tells: near copies, likeness, what is remembered of the last days."""
