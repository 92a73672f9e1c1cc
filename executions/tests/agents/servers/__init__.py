"""Local servers that speak the remote agents' protocols, for tests and benchmarks."""
