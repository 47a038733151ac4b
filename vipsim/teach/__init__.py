"""What teaches: the three demos (exercises and the course join them here)."""
