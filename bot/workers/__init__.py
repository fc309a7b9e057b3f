"""Workers: any number of processes that poll the feeds of one PostgreSQL database."""
