"""Everything that speaks to a Kubernetes API server. Imports no Django."""
