"""Reference workloads and how fast the product runs them: ``python -m tests.benchmarks W1 --json``."""
