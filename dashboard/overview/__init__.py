"""The overview of a cluster: capacity and what needs attention, by a constant number of queries."""
