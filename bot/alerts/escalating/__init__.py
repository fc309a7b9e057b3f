"""When an alert is graver than its words: events together, silence of a place, levels raised."""
