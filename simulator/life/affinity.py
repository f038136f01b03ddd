"""Which nodes a pod wants: node selector and required node affinity.

Source: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/
"""

from collections.abc import Mapping

from simulator.kinds import Object


def matches_node(pod: Object, node: Object) -> bool:
    """Whether the pod's selector and required affinity accept the node."""
    labels = node["metadata"].get("labels") or {}
    spec = pod.get("spec", {})
    if not (spec.get("nodeSelector") or {}).items() <= labels.items():
        return False
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    if not required:
        return True
    fields = {"metadata.name": node["metadata"]["name"]}
    return any(_term(term, labels, fields) for term in required.get("nodeSelectorTerms") or ())


def matches_labels(selector: Object, labels: Mapping[str, str]) -> bool:
    """Whether a label selector accepts the labels; an empty one accepts all."""
    if not (selector.get("matchLabels") or {}).items() <= labels.items():
        return False
    return all(_accepts(rule, labels) for rule in selector.get("matchExpressions") or ())


def _term(term: Object, labels: Mapping[str, str], fields: Mapping[str, str]) -> bool:
    rules = [(rule, labels) for rule in term.get("matchExpressions") or ()]
    rules += [(rule, fields) for rule in term.get("matchFields") or ()]
    return bool(rules) and all(_accepts(rule, values) for rule, values in rules)


def _accepts(rule: Object, labels: Mapping[str, str]) -> bool:
    value, values = labels.get(rule["key"]), rule.get("values") or []
    match rule["operator"]:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case "Gt":
            return value is not None and int(value) > int(values[0])
        case "Lt":
            return value is not None and int(value) < int(values[0])
    return False
