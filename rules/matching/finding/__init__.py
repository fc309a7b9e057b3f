"""Where terms stand in a sentence: words, phrases, patterns, and which can be there at all."""
