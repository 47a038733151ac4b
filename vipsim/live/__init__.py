"""The real world: the pure machines driven by packet sockets, netlink and the monotonic clock.

`driver` feeds the machines and carries out what they ask, `sockets`, `addresses` and `links` are
what they touch, `node` puts them together for one host of a scenario. Linux only; the seams of
`driver` let a test drive it anywhere with a clock and a network of its own.
"""
