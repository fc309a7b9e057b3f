"""How Arabic words are found: the vocabulary as a lexicon for CAMeL Tools, its verbs conjugated."""
