"""An alert as a message, with its evidence and its reason."""
