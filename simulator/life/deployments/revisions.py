"""Revisions of a deployment: its replica sets, numbered as templates come and come back."""

import re

from simulator.api.defaults.pods import fill_template
from simulator.clock import moment_of
from simulator.kinds import DEPLOYMENTS, Object
from simulator.life.copies import copied
from simulator.life.owners import controlled_by
from simulator.life.pods import TEMPLATE_HASH, template_hash

REVISION = "deployment.kubernetes.io/revision"
HISTORY = "deployment.kubernetes.io/revision-history"
DESIRED = "deployment.kubernetes.io/desired-replicas"
MOST = "deployment.kubernetes.io/max-replicas"
_NOT_COPIED = ("kubectl.kubernetes.io/last-applied-configuration", REVISION, HISTORY, DESIRED, MOST)


def revision_of(obj: Object) -> int:
    """The revision of a replica set or deployment; 0 without one."""
    text = (obj["metadata"].get("annotations") or {}).get(REVISION, "")
    return int(text) if re.fullmatch(r"\d+", text) else 0


def newest(deployment: Object, replica_sets: list[Object]) -> Object | None:
    """The replica set of the deployment's template, the oldest if there are several."""
    filled = copied(deployment["spec"].get("template") or {})
    fill_template(filled)
    template = _without_hash(filled)
    same = [each for each in replica_sets if _without_hash(each["spec"].get("template") or {}) == template]
    return min(same, key=_created) if same else None


def by_age(replica_sets: list[Object]) -> list[Object]:
    """Oldest first."""
    return sorted(replica_sets, key=_created)


def replica_set_from(deployment: Object, revision: int, replicas: int, most: int) -> Object:
    """A new replica set for the deployment's template."""
    metadata, spec = deployment["metadata"], deployment["spec"]
    template = spec.get("template") or {}
    hashed = template_hash(template, deployment.get("status", {}).get("collisionCount", 0))
    labels = {**((template.get("metadata") or {}).get("labels") or {}), TEMPLATE_HASH: hashed}
    kept = {key: value for key, value in (metadata.get("annotations") or {}).items() if key not in _NOT_COPIED}
    annotations = {**kept, REVISION: str(revision), **sizes(deployment, most)}
    selector = spec.get("selector") or {}
    selector = {**selector, "matchLabels": {**(selector.get("matchLabels") or {}), TEMPLATE_HASH: hashed}}
    made: Object = {"replicas": replicas, "selector": selector}
    if spec.get("minReadySeconds"):
        made["minReadySeconds"] = spec["minReadySeconds"]
    made["template"] = {**template, "metadata": {**(template.get("metadata") or {}), "labels": labels}}
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"{metadata['name']}-{hashed}",
            "namespace": metadata["namespace"],
            "labels": labels,
            "annotations": annotations,
            "ownerReferences": controlled_by(DEPLOYMENTS, deployment),
        },
        "spec": made,
    }


def renumber(replica_set: Object, revision: int) -> None:
    """Make an older replica set the newest revision: a rollback came back to it."""
    annotations = replica_set["metadata"].setdefault("annotations", {})
    before = annotations.get(REVISION)
    annotations[REVISION] = str(revision)
    if before:
        annotations[HISTORY] = ",".join(filter(None, (annotations.get(HISTORY), before)))


def sizes(deployment: Object, most: int) -> dict[str, str]:
    """What a replica set is told of the deployment's size."""
    return {DESIRED: str(deployment["spec"].get("replicas", 1)), MOST: str(most)}


def _without_hash(template: Object) -> Object:
    metadata = template.get("metadata") or {}
    labels = {key: value for key, value in (metadata.get("labels") or {}).items() if key != TEMPLATE_HASH}
    return {**template, "metadata": {**{key: value for key, value in metadata.items() if value}, "labels": labels}}


def _created(obj: Object) -> tuple[float, str]:
    return moment_of(obj["metadata"]["creationTimestamp"]).timestamp(), obj["metadata"]["name"]
