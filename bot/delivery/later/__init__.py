"""What does not go at once: digests, what was missed, quiet hours."""
