"""The overview of a cluster: counts, capacity, what needs attention. A constant number of queries, whatever its size."""
