"""What is served over HTTP: the page, its JSON API, /metrics and /healthz."""
