"""Where it happens: the gazetteer, names in a text, which place is meant, what part it plays."""
