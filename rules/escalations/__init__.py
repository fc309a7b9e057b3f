"""Combinations over time that raise a level. Pure: reports and a time in, verdicts out."""
