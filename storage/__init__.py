"""What happened, in one SQLite file: a module for each table. No SQL anywhere else."""
