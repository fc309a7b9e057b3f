"""Alerts as tables for other programs: XLSX and CSV with HXL tags. Values in, bytes out."""
