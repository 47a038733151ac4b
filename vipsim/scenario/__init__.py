"""What is to be run: scenarios as frozen data, from YAML, from Python or from a graph.

`model` holds the data, `check` judges it, `data` turns it into plain values and back, `reader` reads
YAML and says where each error is, `builders` and `faults` make scenarios in Python, `topology` and
`graph` see them as networkx graphs. pydantic and ruamel.yaml are loaded only when something is read.
"""
