"""Who is harmed, and by what: roles of words, victim and cause in a sentence, harms of an entry."""
