"""Controller revisions: the templates that stateful sets and daemon sets have had."""

from simulator.errors import AlreadyExists
from simulator.kinds import CONTROLLER_REVISIONS, Kind, Object
from simulator.life.engine import Life
from simulator.life.owners import controlled_by
from simulator.life.pods import template_hash

HASH = "controller-revision-hash"


def current_revision(life: Life, kind: Kind, owner: Object) -> str:
    """The hash of the owner's template, kept as a revision."""
    metadata, template = owner["metadata"], owner["spec"].get("template") or {}
    hashed = template_hash(template)
    known = life.index.owned(metadata["uid"], CONTROLLER_REVISIONS)
    latest = max((each["revision"] for each in known), default=0)
    found = next((each for each in known if each["metadata"]["labels"].get(HASH) == hashed), None)
    if found is None:
        labels = {**(template.get("metadata", {}).get("labels") or {}), HASH: hashed}
        made: Object = {"name": f"{metadata['name']}-{hashed}", "namespace": metadata["namespace"], "labels": labels}
        made["ownerReferences"] = controlled_by(kind, owner)
        revision = {"apiVersion": "apps/v1", "kind": "ControllerRevision", "metadata": made, "revision": latest + 1}
        data = {"spec": {"template": {**template, "$patch": "replace"}}}
        try:
            life.create(CONTROLLER_REVISIONS, {**revision, "data": data})
        except AlreadyExists:
            return hashed
    elif found["revision"] < latest:
        name = found["metadata"]["name"]
        life.storage.update(
            CONTROLLER_REVISIONS, name, metadata["namespace"], change=lambda it: it.update(revision=latest + 1)
        )
    return hashed
