"""The running service: started, in rounds, until it is told to stop or cannot go on."""
