"""Recorded failovers of real daemons: each trial is conducted again in the simulated world.

`experiments` reads what the laboratory wrote of each experiment, `configurations` and `lab` make a scenario
of it, `steps` reads what was done to it, `story` conducts a trial, `journal` keeps what was seen, and
`observe` tells it in the fields of a recorded row. `trials.simulate` is the way in.
"""
