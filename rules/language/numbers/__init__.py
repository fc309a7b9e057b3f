"""Numbers in digits and words of three languages."""
