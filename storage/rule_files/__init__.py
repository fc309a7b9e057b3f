"""Changes of the rules: drafts that wait for their trial, and every version since."""
