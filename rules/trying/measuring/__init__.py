"""Rules against entries that people labelled: what fires, what is counted, which places."""
