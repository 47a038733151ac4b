"""What the recordings notice: each rule of a machine is broken once, and the cases that fail are counted."""
