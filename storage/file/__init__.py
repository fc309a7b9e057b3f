"""The SQLite file itself: opened, its shape step by step, backed up, private, and still there."""
