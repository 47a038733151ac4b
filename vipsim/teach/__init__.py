"""What teaches: the eight demos (exercises and the course join them here)."""
