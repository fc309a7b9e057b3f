"""Pictures of what was told: by day, and on a map. Figures are reckoned here and drawn by a process
of its own, which alone loads matplotlib."""
