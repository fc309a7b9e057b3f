"""Buttons: what they say, what they carry, and what a press changes."""
