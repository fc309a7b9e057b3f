"""What the bot answers to questions. Pure."""
