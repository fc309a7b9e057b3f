"""What is served over HTTP, on loopback: /metrics and /healthz."""
