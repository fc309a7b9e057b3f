"""Alerts, stories and entries for other programs, in the formats that they read."""
