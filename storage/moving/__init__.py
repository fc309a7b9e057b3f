"""From a SQLite file into an empty PostgreSQL database: every row, compared on arrival."""
