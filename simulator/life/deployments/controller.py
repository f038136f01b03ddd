"""The deployment controller."""

from collections.abc import Callable

from simulator.errors import AlreadyExists
from simulator.kinds import DEPLOYMENTS, PODS, REPLICA_SETS, Object
from simulator.life.copies import copied
from simulator.life.deleting import delete
from simulator.life.deployments import progress, revisions, rolling
from simulator.life.engine import Controller, Key, Life
from simulator.life.events import About, Recorder
from simulator.life.owners import is_leaving
from simulator.life.pods import is_over
from simulator.life.replica_sets import enqueue_controller
from simulator.storage import Event


class Deployments(Controller):
    """Moves replicas from the old replica sets to the new one."""

    def __init__(self, life: Life, recorder: Recorder) -> None:
        super().__init__(life)
        self._recorder = recorder
        life.follow(DEPLOYMENTS, self.enqueue_changed)
        life.follow(REPLICA_SETS, self._replica_set_changed)
        life.follow(PODS, self._pod_changed)

    def reconcile(self, key: Key) -> None:
        """Take the next step of a roll-out, and tell where it stands."""
        deployment = self.storage.find(DEPLOYMENTS, key[1], key[0])
        if deployment is None or is_leaving(deployment):
            return
        replica_sets = revisions.by_age(self._replica_sets(deployment))
        new = revisions.newest(deployment, replica_sets)
        reason = ("", "")
        if deployment["spec"].get("paused"):
            self._resize_paused(deployment, replica_sets)
        else:
            new, reason = self._with_newest(deployment, new, replica_sets)
            old = [each for each in replica_sets if each["metadata"]["uid"] != new["metadata"]["uid"]]
            self._move(deployment, new, old)
            self._forget_oldest(deployment, old)
        self._tell(key, new, reason)

    def _replica_set_changed(self, event: Event) -> None:
        enqueue_controller(self, "Deployment", event.object)

    def _pod_changed(self, event: Event) -> None:
        """A deployment that recreates waits for the last old pod to go."""
        if event.type == "DELETED":
            owner = next(iter(event.object["metadata"].get("ownerReferences") or ()), None)
            if owner and owner["kind"] == "ReplicaSet":
                name = (event.object["metadata"]["namespace"], owner["name"].rpartition("-")[0])
                self.life.enqueue(self, name)

    def _replica_sets(self, deployment: Object) -> list[Object]:
        return self.life.index.owned(deployment["metadata"]["uid"], REPLICA_SETS)

    def _with_newest(
        self, deployment: Object, new: Object | None, replica_sets: list[Object]
    ) -> tuple[Object, tuple[str, str]]:
        """The new replica set, made or renumbered where needed, and why the deployment progresses."""
        others = [each for each in replica_sets if new is None or each["metadata"]["uid"] != new["metadata"]["uid"]]
        revision = max(map(revisions.revision_of, others), default=0) + 1
        reason = ("", "")
        most = rolling.bounds(deployment).most
        if new is None:
            new = self._create(deployment, revision, others, most)
            reason = ("NewReplicaSetCreated", f'Created new replica set "{new["metadata"]["name"]}"')
        elif revisions.revision_of(new) < revision:
            new = self._change(new, lambda each: revisions.renumber(each, revision))
            reason = ("FoundNewReplicaSet", f'Found new replica set "{new["metadata"]["name"]}"')
        number = str(revisions.revision_of(new))
        self.storage.update(
            DEPLOYMENTS,
            deployment["metadata"]["name"],
            deployment["metadata"]["namespace"],
            change=lambda it: it["metadata"].setdefault("annotations", {}).update({revisions.REVISION: number}),
        )
        return new, reason

    def _create(self, deployment: Object, revision: int, others: list[Object], most: int) -> Object:
        recreates = (deployment["spec"].get("strategy") or {}).get("type") == "Recreate"
        asked = sum(each["spec"].get("replicas", 1) for each in others)
        replicas = deployment["spec"].get("replicas", 1)
        size = min(replicas, max(0, most - asked))
        if recreates and (asked or self._has_pods(others)):
            size = 0
        try:
            made = revisions.replica_set_from(deployment, revision, size, most)
            new = self.life.create(REPLICA_SETS, made)
        except AlreadyExists:
            status = deployment.get("status", {})
            self.life.set_status(
                DEPLOYMENTS, deployment, {**status, "collisionCount": status.get("collisionCount", 0) + 1}
            )
            raise
        if size:
            self._say_scaled(deployment, new, 0, size)
        return new

    def _move(self, deployment: Object, new: Object, old: list[Object]) -> None:
        """Scale the new replica set up and the old ones down, as far as the strategy allows now."""
        if (deployment["spec"].get("strategy") or {}).get("type") == "Recreate":
            running = [each for each in old if each["spec"].get("replicas", 1)]
            for each in running:
                self._scale(deployment, each, 0)
            if not running and not self._has_pods(old):
                self._scale(deployment, new, deployment["spec"].get("replicas", 1))
            return
        size = rolling.new_size(deployment, new, [*old, new])
        if size != new["spec"].get("replicas", 1):
            self._scale(deployment, new, size)
            return
        self._annotate(deployment, new)
        named = {each["metadata"]["name"]: each for each in old}
        for name, fewer in rolling.old_sizes(deployment, new, old).items():
            self._scale(deployment, named[name], fewer)

    def _resize_paused(self, deployment: Object, replica_sets: list[Object]) -> None:
        """A paused deployment is not rolled out, but its newest running replica set follows its size."""
        active = [each for each in replica_sets if each["spec"].get("replicas", 1)]
        if active:
            others = sum(each["spec"].get("replicas", 1) for each in active[:-1])
            self._scale(deployment, active[-1], max(0, deployment["spec"].get("replicas", 1) - others))

    def _scale(self, deployment: Object, replica_set: Object, size: int) -> None:
        before = replica_set["spec"].get("replicas", 1)
        most = rolling.bounds(deployment).most

        def change(each: Object) -> None:
            each["spec"]["replicas"] = size
            each["metadata"].setdefault("annotations", {}).update(revisions.sizes(deployment, most))

        self._change(replica_set, change)
        if size != before:
            self._say_scaled(deployment, replica_set, before, size)

    def _annotate(self, deployment: Object, new: Object) -> None:
        wanted = revisions.sizes(deployment, rolling.bounds(deployment).most)
        if not wanted.items() <= (new["metadata"].get("annotations") or {}).items():
            self._change(new, lambda each: each["metadata"].setdefault("annotations", {}).update(wanted))

    def _say_scaled(self, deployment: Object, replica_set: Object, before: int, after: int) -> None:
        way = "up" if after > before else "down"
        words = f"Scaled {way} replica set {replica_set['metadata']['name']} from {before} to {after}"
        self._recorder.normal(About(DEPLOYMENTS, deployment, "deployment-controller"), "ScalingReplicaSet", words)

    def _change(self, replica_set: Object, change: Callable[[Object], None]) -> Object:
        metadata = replica_set["metadata"]
        return self.storage.update(REPLICA_SETS, metadata["name"], metadata["namespace"], change=change)

    def _has_pods(self, replica_sets: list[Object]) -> bool:
        pods = (pod for each in replica_sets for pod in self.life.index.owned(each["metadata"]["uid"], PODS))
        return any(not is_over(pod) for pod in pods)

    def _forget_oldest(self, deployment: Object, old: list[Object]) -> None:
        limit = deployment["spec"].get("revisionHistoryLimit", 10)
        idle = [
            each
            for each in sorted(old, key=revisions.revision_of)
            if not each["spec"].get("replicas", 1) and not each.get("status", {}).get("replicas", 0)
        ]
        for each in idle[: max(0, len(idle) - limit)]:
            delete(self.life, REPLICA_SETS, each)

    def _tell(self, key: Key, new: Object | None, reason: tuple[str, str]) -> None:
        self.life.catch_up()
        deployment = self.storage.get(DEPLOYMENTS, key[1], key[0])
        replica_sets = self._replica_sets(deployment)
        fresh = [each for each in replica_sets if new and each["metadata"]["uid"] == new["metadata"]["uid"]]
        new, now = (fresh[0] if fresh else new), self.life.now()
        status = progress.counts(deployment, new, replica_sets)
        before = deployment.get("status", {})
        status |= {field: copied(before[field]) for field in ("conditions", "collisionCount") if field in before}
        progress.add_available(deployment, status, now)
        if deployment["spec"].get("paused"):
            progress.progressing(status, now, "DeploymentPaused", "Deployment is paused", value="Unknown")
            self.life.set_status(DEPLOYMENTS, deployment, status)
            return
        if reason[0]:
            progress.progressing(status, now, *reason)
        elif _was_paused(before):
            progress.progressing(status, now, "DeploymentResumed", "Deployment is resumed", value="Unknown")
        due = progress.add_progressing(deployment, new, status, now)
        self.life.set_status(DEPLOYMENTS, deployment, status)
        if due is not None:
            self.enqueue(deployment, due)


def _was_paused(status: Object) -> bool:
    return any(each.get("reason") == "DeploymentPaused" for each in status.get("conditions") or ())
