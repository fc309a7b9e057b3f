"""What is put together when it is asked for or due: digests, weeks, places, an alert's history."""
