"""Who may look at the page, and how often: signing in, forms, limits, headers."""
