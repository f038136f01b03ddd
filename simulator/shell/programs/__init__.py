"""The programs of simulated containers, a file for each family."""
