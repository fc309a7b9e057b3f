"""What numbers in a text count: killed, wounded, displaced, days, shares."""
