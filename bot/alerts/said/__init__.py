"""What an entry says besides its signals: places, figures, states, the words that show it."""
