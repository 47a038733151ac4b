"""What is on the cable: addresses, frames, and their bytes. Standard library only."""
