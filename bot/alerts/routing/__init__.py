"""Who hears of an alert, and why somebody does not. Pure but for `words` and `readers`."""
