"""Commands that ask for alerts, places, trends and files."""
