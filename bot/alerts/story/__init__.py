"""Which happening an entry tells, by what is remembered of the last days."""
