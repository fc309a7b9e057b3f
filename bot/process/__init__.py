"""One process on one machine: its lock, its installation, its log, the alarm outside."""
