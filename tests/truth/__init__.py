"""What the recordings of real daemons say, worked out again by commands."""
