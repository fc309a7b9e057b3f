"""PostgreSQL in the place of the file: opened, its shape, and what its statements need."""
