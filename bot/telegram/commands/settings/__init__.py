"""Commands by which a chat chooses what it hears, and when."""
