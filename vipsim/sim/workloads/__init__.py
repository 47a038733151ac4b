"""The workloads: who asks the virtual address, how, and what it does when nobody answers."""
