"""What people ask, read: words in any order and any of three languages → a question. Pure."""
