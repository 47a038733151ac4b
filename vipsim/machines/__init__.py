"""Pure protocol machines: no clock, no randomness, no input or output."""
