"""A simulated shell in simulated containers: nothing that it runs is a process of the machine, nor any file of it."""
