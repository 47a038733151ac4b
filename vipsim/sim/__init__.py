"""The simulated world: SimPy discrete events, milliseconds a run, reproducible from a seed."""
