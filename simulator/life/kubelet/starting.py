"""How containers come to run: volumes, images, creation, and again after a back-off."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from simulator.clock import moment_of, timestamp
from simulator.kinds import CONFIG_MAPS, SECRETS, Kind, Object
from simulator.life.behaviour import behaviour_of, is_pullable
from simulator.life.kubelet import statuses as words
from simulator.life.kubelet.memory import BackOff, Pull
from simulator.life.kubelet.running import delay_after

if TYPE_CHECKING:
    from simulator.life.kubelet.sync import PodSync

_MEGABYTES_PER_SECOND = (18.0, 45.0)
_FIRST_PULL_BACK_OFF, _LONGEST_PULL_BACK_OFF = 10.0, 300.0
_SAY_BACK_OFF_AFTER = 1.5
_LOOK_AGAIN = 20.0
_BYTES = 1_048_576


class Starting:
    """For one look at a pod."""

    def __init__(self, sync: "PodSync") -> None:
        self._sync = sync
        self._events = sync.kubelets.recorder

    def step(self, container: Object) -> bool:
        """Starts a container that waits, if nothing keeps it; True when it runs."""
        status = self._sync.statuses[container["name"]]
        reason = status["state"].get("waiting", {}).get("reason", "")
        if reason == "CrashLoopBackOff":
            return self._after_back_off(container)
        if not self._image_is_there(container):
            return False
        if missing := self._missing_configuration(container):
            self._refuse(container, missing)
            return False
        self._start(container)
        return True

    def again(self, container: Object, policy: str) -> bool:
        """What follows the end of a container: a start, a back-off, or nothing. True when its state changed."""
        sync, name = self._sync, container["name"]
        status = sync.statuses[name]
        ended = status["state"]["terminated"]
        if policy == "Never" or (policy == "OnFailure" and not ended["exitCode"]):
            return False
        finished = moment_of(ended["finishedAt"])
        back_off = self._back_off(name, finished)
        if sync.now >= back_off.until:
            status["restartCount"] += 1
            status["lastState"] = status["state"]
            status["state"] = {"waiting": {"reason": "ContainerCreating"}}
            return True
        say_at = finished + timedelta(seconds=_SAY_BACK_OFF_AFTER)
        if back_off.delay and sync.now >= say_at:
            self._say_back_off(container, back_off)
            return True
        sync.wake_at(min(say_at, back_off.until) if back_off.delay else back_off.until)
        return False

    def volumes_are_there(self) -> bool:
        """Whether every config map and secret that the pod mounts exists; else an event says which does not."""
        sync = self._sync
        for volume in sync.spec.get("volumes") or ():
            for field, kind, key in (("configMap", CONFIG_MAPS, "name"), ("secret", SECRETS, "secretName")):
                source = volume.get(field)
                if source and not source.get("optional") and (lost := self._lost(kind, source.get(key, ""))):
                    told = sync.memory.mount_told
                    if told is None or sync.now - told >= timedelta(seconds=_LOOK_AGAIN):
                        sync.memory.mount_told = sync.now
                        text = f'MountVolume.SetUp failed for volume "{volume["name"]}" : {lost}'
                        self._events.warning(sync.about(), "FailedMount", text)
                    sync.wake_at(sync.now + timedelta(seconds=_LOOK_AGAIN))
                    return False
        return True

    def _after_back_off(self, container: Object) -> bool:
        sync, name = self._sync, container["name"]
        status = sync.statuses[name]
        finished = moment_of(status["lastState"]["terminated"]["finishedAt"])
        back_off = self._back_off(name, finished)
        if sync.now < back_off.until:
            sync.wake_at(back_off.until)
            return False
        status["restartCount"] += 1
        status["state"] = {"waiting": {"reason": "ContainerCreating"}}
        return True

    def _back_off(self, name: str, finished: datetime) -> BackOff:
        """The one in mind, or what the number of restarts says of it."""
        known = self._sync.memory.back_offs.get(name)
        if known is None:
            delay = delay_after(self._sync.statuses[name]["restartCount"])
            until = finished + timedelta(seconds=max(delay, 1.0))
            known = self._sync.memory.back_offs[name] = BackOff(delay, until)
        return known

    def _say_back_off(self, container: Object, back_off: BackOff) -> None:
        sync, name = self._sync, container["name"]
        status, metadata = sync.statuses[name], sync.pod["metadata"]
        pod = f"{metadata['name']}_{metadata['namespace']}({sync.uid})"
        minutes, seconds = divmod(int(back_off.delay), 60)
        lasts = f"{minutes}m{seconds}s" if minutes else f"{seconds}s"
        message = f"back-off {lasts} restarting failed container={name} pod={pod}"
        status["lastState"] = status["state"]
        status["state"] = {"waiting": {"reason": "CrashLoopBackOff", "message": message}}
        about = sync.about(container)
        self._events.warning(about, "BackOff", f"Back-off restarting failed container {name} in pod {pod}")

    def _start(self, container: Object) -> None:
        sync, name = self._sync, container["name"]
        status = sync.statuses[name]
        image = container.get("image", "")
        about = sync.about(container)
        self._events.normal(about, "Created", "Container created")
        self._events.normal(about, "Started", "Container started")
        sync.memory.pulls.pop(name, None)
        sync.memory.unhealthy.pop(name, None)
        status |= {"image": image, "imageID": words.image_id(image), "ready": False}
        status["started"] = not container.get("startupProbe")
        status["containerID"] = words.container_id(sync.uid, name, status["restartCount"])
        status["state"] = {"running": {"startedAt": timestamp(sync.now)}}
        if container.get("resources"):
            status["resources"] = container["resources"]

    def _image_is_there(self, container: Object) -> bool:
        sync, name, image = self._sync, container["name"], container.get("image", "")
        node, pull = sync.node["metadata"]["name"], sync.memory.pulls.get(name)
        about = sync.about(container)
        if pull is None:
            if is_pullable(image) and _needs_no_pull(container) and sync.kubelets.has_image(node, image):
                text = f'Container image "{image}" already present on machine and can be accessed by the pod'
                self._events.normal(about, "Pulled", text)
                return True
            self._events.normal(about, "Pulling", f'Pulling image "{image}"')
            pull = sync.memory.pulls[name] = Pull(sync.now, sync.now + timedelta(seconds=self._pull_time(container)))
        if sync.now < pull.until:
            sync.wake_at(pull.until)
            return False
        if not is_pullable(image):
            self._fail_pull(container, pull)
            return False
        size = behaviour_of(sync.pod, container).megabytes * _BYTES
        took = _duration((pull.until - pull.since).total_seconds())
        text = f'Successfully pulled image "{image}" in {took} ({took} including waiting). Image size: {size} bytes.'
        self._events.normal(about, "Pulled", text)
        sync.kubelets.keep_image(node, image)
        return True

    def _pull_time(self, container: Object) -> float:
        sync, image = self._sync, container.get("image", "")
        purpose = f"pull {container['name']} {sync.statuses[container['name']]['restartCount']}"
        if not is_pullable(image) or sync.kubelets.has_image(sync.node["metadata"]["name"], image):
            return sync.chance(0.4, 1.1, purpose)
        return behaviour_of(sync.pod, container).megabytes / sync.chance(*_MEGABYTES_PER_SECOND, purpose)

    def _fail_pull(self, container: Object, pull: Pull) -> None:
        """ErrImagePull first, then ImagePullBackOff until the next try."""
        sync, image = self._sync, container.get("image", "")
        status, about = sync.statuses[container["name"]], sync.about(container)
        why = _pull_error(image)
        if not pull.failed:
            pull.failed = True
            pull.delay = min(_LONGEST_PULL_BACK_OFF, pull.delay * 2 or _FIRST_PULL_BACK_OFF)
            pull.until = sync.now + timedelta(seconds=_SAY_BACK_OFF_AFTER)
            self._events.warning(about, "Failed", f'Failed to pull image "{image}": {why}')
            self._events.warning(about, "Failed", "Error: ErrImagePull")
            status["state"] = {"waiting": {"reason": "ErrImagePull", "message": why}}
        elif status["state"].get("waiting", {}).get("reason") == "ErrImagePull":
            pull.until = sync.now + timedelta(seconds=pull.delay)
            self._events.normal(about, "BackOff", f'Back-off pulling image "{image}"')
            self._events.warning(about, "Failed", "Error: ImagePullBackOff")
            text = f'Back-off pulling image "{image}": ErrImagePull: {why}'
            status["state"] = {"waiting": {"reason": "ImagePullBackOff", "message": text}}
        else:
            self._events.normal(about, "Pulling", f'Pulling image "{image}"')
            pull.failed = False
            pull.until = sync.now + timedelta(seconds=self._pull_time(container))
        sync.wake_at(pull.until)

    def _missing_configuration(self, container: Object) -> str:
        """What an environment variable needs and the namespace does not have."""
        for source in container.get("envFrom") or ():
            for field, kind in (("configMapRef", CONFIG_MAPS), ("secretRef", SECRETS)):
                reference = source.get(field)
                if reference and not reference.get("optional") and (lost := self._lost(kind, reference["name"])):
                    return lost
        for variable in container.get("env") or ():
            for field, kind in (("configMapKeyRef", CONFIG_MAPS), ("secretKeyRef", SECRETS)):
                reference = (variable.get("valueFrom") or {}).get(field)
                if reference and not reference.get("optional") and (lost := self._lost(kind, reference["name"])):
                    return lost
        return ""

    def _lost(self, kind: Kind, name: str) -> str:
        namespace = self._sync.pod["metadata"]["namespace"]
        if name and self._sync.kubelets.storage.find(kind, name, namespace) is None:
            return f'{kind.singular} "{name}" not found'
        return ""

    def _refuse(self, container: Object, why: str) -> None:
        sync = self._sync
        status = sync.statuses[container["name"]]
        status["state"] = {"waiting": {"reason": "CreateContainerConfigError", "message": why}}
        self._events.warning(sync.about(container), "Failed", f"Error: {why}")
        sync.wake_at(sync.now + timedelta(seconds=_LOOK_AGAIN))


def _needs_no_pull(container: Object) -> bool:
    image = str(container.get("image", ""))
    floating = image.endswith(":latest") or ":" not in image.rpartition("/")[2]
    return str(container.get("imagePullPolicy") or ("Always" if floating else "IfNotPresent")) != "Always"


def _pull_error(image: str) -> str:
    host, _, path = image.partition("/")
    name, _, tag = path.rpartition(":")
    failed = f'failed to pull and unpack image "{image}": failed to resolve reference "{image}": '
    if host.partition(":")[0].endswith(".invalid"):
        address = f"https://{host}/v2/{name or path}/manifests/{tag if name else 'latest'}"
        lookup = f"dial tcp: lookup {host} on 10.96.0.10:53: no such host"
        return f'{failed}failed to do request: Head "{address}": {lookup}'
    return f"rpc error: code = NotFound desc = {failed}{image}: not found"


def _duration(seconds: float) -> str:
    return f"{seconds:.3f}s" if seconds >= 1 else f"{seconds * 1000:.0f}ms"
