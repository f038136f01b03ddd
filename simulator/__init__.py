"""A small Kubernetes API server: the demo cluster, the bench for faults, the bench for scale.

It pretends to be Kubernetes v1.35.4, lives in memory and runs nothing: `docs/simulator.md` says
what it does and does not do.
"""

VERSION = "v1.35.4"
