"""What is in order, what is not, and what to do about it: `marsad doctor`, and /doctor."""
