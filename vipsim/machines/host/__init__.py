"""A host's network layer: addresses and routes, ARP, sysctls, all in one stack."""
