"""What people type: hours, time zones, names of places."""
