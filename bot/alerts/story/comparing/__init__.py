"""How like two tellings are: their words, names, places and figures, and what speaks against it."""
