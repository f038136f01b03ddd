"""How objects print: the columns and cells that `kubectl get` shows are made by the API server.

The rules are those of pkg/printers/internalversion/printers.go in Kubernetes v1.35.
"""

from simulator.api.tables import access, configuration, events, network, nodes, pods, policy, storage, usage, workloads
from simulator.api.tables.columns import PLAIN, Table
from simulator.api.tables.custom import custom_table
from simulator.kinds import Kind

_TABLES: dict[Kind, Table] = {
    **access.TABLES,
    **configuration.TABLES,
    **events.TABLES,
    **network.TABLES,
    **nodes.TABLES,
    **pods.TABLES,
    **policy.TABLES,
    **storage.TABLES,
    **usage.TABLES,
    **workloads.TABLES,
}


def table_of(kind: Kind) -> Table:
    """The table of a kind; where none is made for it, names and ages."""
    return custom_table(kind) if kind.is_custom else _TABLES.get(kind, PLAIN)


__all__ = ["Table", "table_of"]
