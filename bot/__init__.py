"""The service: watches feeds, decides what readers should hear, and tells them."""
