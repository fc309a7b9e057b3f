"""GET /api/…: alerts, stories, entries, places and signals as JSON, for who may read."""
