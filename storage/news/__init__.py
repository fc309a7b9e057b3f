"""What feeds said: entries, their stories, places and figures, and the state of each feed."""
