"""What in the rules is of no use: terms, words, phrases and clauses."""
