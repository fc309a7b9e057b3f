"""How the parts are put together: for the service, a single poll and the demo."""
