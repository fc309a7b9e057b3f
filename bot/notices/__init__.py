"""What operators hear besides alerts: each notice is a small value that knows its words."""
