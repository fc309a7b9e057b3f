"""What is said of the evidence: asked, allowed, denied, lifted, past; and the direction of it."""
