"""What happened, in one SQLite file or in PostgreSQL: a module for each table. No SQL elsewhere."""
