"""What comes of an attempt, when the next one is, and who may be sent how much. Pure."""
