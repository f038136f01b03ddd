"""How much an object needs a person, and the sentence that says so before Kubernetes' own word."""

from clusters.kube.objects import ContainerStatus, Deployment, Event, Namespace, Node, Pod, ReplicaSet, Terminated
from clusters.kube.pod_status import PodStatus, readiness_gates, states
from clusters.models import Severity

Summary = tuple[Severity, str]

_WAITING = {
    "": "Nothing reported yet",
    "ContainerCreating": "Creating container",
    "PodInitializing": "Starting after its init containers",
    "SchedulingGated": "Held back by its scheduling gates",
    "Pending": "Waiting for a node",
}
_ON_ITS_NODE = "Waiting for its node to start it"
_FAILING = {
    "ErrImagePull": "Image cannot be pulled",
    "ImagePullBackOff": "Image cannot be pulled",
    "ErrImageNeverPull": "Image is not on the node",
    "ImageInspectError": "Image cannot be read",
    "InvalidImageName": "Image name is not valid",
    "CreateContainerConfigError": "Configuration is missing",
    "CreateContainerError": "Container cannot be created",
    "RunContainerError": "Container cannot be started",
    "ContainerCannotRun": "Container cannot be started",
    "StartError": "Container cannot be started",
    "ContainerStatusUnknown": "Lost: the node did not see how it ended",
    "DeadlineExceeded": "Ran longer than allowed",
    "Evicted": "Evicted from its node",
    "OOMKilled": "Killed for memory",
    "NodeAffinity": "Its node no longer fits",
    "OutOfcpu": "Its node had too little processor left",
    "OutOfmemory": "Its node had too little memory left",
    "OutOfpods": "Its node had too many pods",
    "UnexpectedAdmissionError": "Refused by its node",
    "Terminated": "Ended when its node shut down",
    "PostStartHookError": "Its start hook failed",
    "RegistryUnavailable": "Registry does not answer",
    "SignatureValidationFailed": "Image signature is not valid",
    "Failed": "Failed",
}
_IMAGE_TROUBLE = (
    ("not found", "not found"),
    ("manifest unknown", "not found"),
    ("unauthorized", "access denied"),
    ("denied", "access denied"),
    ("no such host", "registry unknown"),
    ("timeout", "registry does not answer"),
    ("connection refused", "registry does not answer"),
)
_DEPLOYMENT_WORDS = {
    "ReplicaFailure": "Pods cannot be made",
    "ProgressDeadlineExceeded": "Rollout stuck",
    "Unavailable": "Too few pods available",
}


def of_pod(pod: Pod, printed: PodStatus) -> Summary:
    """By the word that kubectl prints; the sentence is empty where all is well."""
    word = printed.word
    if word == "Running":
        why = _not_ready(pod) if printed.ready < printed.total else _gets_no_traffic(pod)
        return (Severity.WARNING, why) if why else (Severity.RUNNING, "")
    if word in ("Completed", "Succeeded"):
        return Severity.COMPLETED, ""
    if word == "Terminating":
        return Severity.TERMINATING, ""
    if word == "Unknown":
        return Severity.UNKNOWN, "Its node is lost"
    if word == "NotReady":
        return Severity.WARNING, "One container completed, another is not ready"
    if word in _WAITING:
        return Severity.PENDING, _why_waiting(pod, word)
    if word.startswith("Init:"):
        return _of_init(pod, word.removeprefix("Init:"))
    return Severity.FAILED, _failure(pod, word)


def _of_init(pod: Pod, word: str) -> Summary:
    done, slash, total = word.partition("/")
    if slash and done.isdigit() and total.isdigit():
        return Severity.PENDING, f"Init container {int(done) + 1} of {total}"
    if word in _WAITING:
        return Severity.PENDING, _WAITING[word]
    failure = _failure(pod, word)
    return Severity.FAILED, f"Init container: {failure[:1].lower()}{failure[1:]}"


def _failure(pod: Pod, word: str) -> str:
    if word == "CrashLoopBackOff":
        return f"Crash loop: {_last_end(pod)}"
    if word in ("Error", "OOMKilled") or word.startswith(("ExitCode:", "Signal:")):
        ended = next((item.state.terminated for item in states(pod) if _failed(item.state.terminated)), None)
        return _sentence(_how(ended)) if ended else _FAILING.get(word, word)
    said = _FAILING.get(word, word)
    return f"{said}: {trouble}" if "Image" in word and (trouble := _image_trouble(pod)) else said


def _last_end(pod: Pod) -> str:
    ends = (item.last_state.terminated for item in states(pod) if item.state.waiting)
    ended = next((end for end in ends if end), None)
    return _how(ended) if ended else "it keeps ending"


def _failed(ended: Terminated | None) -> bool:
    return ended is not None and ended.exit_code != 0


def _how(ended: Terminated) -> str:
    if ended.reason == "OOMKilled":
        return "killed for memory"
    if ended.reason in _FAILING and ended.reason != "Failed":
        sentence = _FAILING[ended.reason]
        return f"{sentence[:1].lower()}{sentence[1:]}"
    return f"ended by signal {ended.signal}" if ended.signal else f"exited with code {ended.exit_code}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _image_trouble(pod: Pod) -> str:
    messages = " ".join(item.state.waiting.message.lower() for item in states(pod) if item.state.waiting)
    return next((said for mark, said in _IMAGE_TROUBLE if mark in messages), "")


def _why_waiting(pod: Pod, word: str) -> str:
    placed = pod.status.condition("PodScheduled")
    if placed is None or placed.status != "False" or placed.reason != "Unschedulable":
        return _ON_ITS_NODE if word == "Pending" and pod.spec.node_name else _WAITING[word]
    _, colon, reasons = placed.message.partition(": ")
    first = reasons.split(", ")[0].split(". ")[0].rstrip(".") if colon else ""
    return f"No node can take it: {first}" if first else "No node can take it"


def _not_ready(pod: Pod) -> str:
    probed = {item.name for item in pod.spec.containers if item.readiness_probe}
    slow = {item.name for item in pod.spec.containers if item.startup_probe}
    waiting = [item for item in pod.status.container_statuses if not item.ready]
    if any(item.name in slow and not item.started for item in waiting):
        return "Not ready: still starting"
    if any(item.name in probed and _runs(item) for item in waiting):
        return "Not ready: readiness probe failing"
    return "Not ready"


def _gets_no_traffic(pod: Pod) -> str:
    """Why a pod whose containers are all ready is not; empty where it is, or where nobody says."""
    ready = pod.status.condition("Ready")
    if ready is None or ready.status != "False":
        return ""
    gates, _, all_gates = readiness_gates(pod).partition("/")
    return "Not ready: readiness gates not met" if gates != all_gates else "Not ready: its node may be lost"


def _runs(status: ContainerStatus) -> bool:
    return status.state.running is not None


def of_node(node: Node) -> Summary:
    """A silent kubelet before one that says it is not ready, before pressure, before a cordon."""
    ready = node.status.condition("Ready")
    if ready is None or ready.status == "Unknown":
        return Severity.FAILED, "Kubelet stopped reporting" if ready else "Kubelet never reported"
    if ready.status != "True":
        return Severity.FAILED, "Kubelet not ready"
    for pressure in ("MemoryPressure", "DiskPressure", "PIDPressure"):
        condition = node.status.condition(pressure)
        if condition and condition.status == "True":
            return Severity.WARNING, f"Short of {pressure.removesuffix('Pressure').lower()}"
    return (Severity.WARNING, "Cordoned") if node.spec.unschedulable else (Severity.RUNNING, "")


def of_namespace(namespace: Namespace) -> Summary:
    """Terminating, or fine."""
    return (Severity.TERMINATING if namespace.status.phase == "Terminating" else Severity.RUNNING), ""


def deployment_word(deployment: Deployment) -> str:
    """One word for a deployment, by its conditions; kubectl prints none."""
    status, desired = deployment.status, deployment.spec.replicas
    progressing, failure = status.condition("Progressing"), status.condition("ReplicaFailure")
    if deployment.metadata.deletion_timestamp:
        return "Terminating"
    if failure and failure.status == "True":
        return "ReplicaFailure"
    if progressing and progressing.reason == "ProgressDeadlineExceeded":
        return "ProgressDeadlineExceeded"
    if deployment.spec.paused:
        return "Paused"
    if desired == 0 and status.replicas == 0:
        return "Scaled to 0"
    if _rolls(deployment):
        return "Progressing"
    return "Available" if status.available_replicas >= desired else "Unavailable"


def _rolls(deployment: Deployment) -> bool:
    """Whether the rollout is under way, as `kubectl rollout status` sees it."""
    status, desired = deployment.status, deployment.spec.replicas
    if status.observed_generation < deployment.metadata.generation:
        return True
    if status.updated_replicas < desired or status.replicas > status.updated_replicas:
        return True
    progressing = status.condition("Progressing")
    is_complete = progressing is not None and progressing.reason == "NewReplicaSetAvailable"
    return status.available_replicas < status.updated_replicas and not is_complete


def of_deployment(deployment: Deployment) -> Summary:
    """By `deployment_word`."""
    word, status, desired = deployment_word(deployment), deployment.status, deployment.spec.replicas
    if word in _DEPLOYMENT_WORDS:
        severity = Severity.WARNING if word == "Unavailable" else Severity.FAILED
        return severity, _DEPLOYMENT_WORDS[word]
    if word == "Progressing":
        return _rolling_out(status.updated_replicas, status.available_replicas, desired)
    if word == "Scaled to 0":
        return Severity.COMPLETED, ""
    if word == "Paused":
        return Severity.WARNING, "Rollout paused"
    return (Severity.TERMINATING if word == "Terminating" else Severity.RUNNING), ""


def _rolling_out(updated: int, available: int, desired: int) -> Summary:
    """While Kubernetes still hopes, a deployment of which no pod serves is down all the same."""
    if updated < desired:
        return Severity.PENDING, f"Rolling out: {updated} of {desired} updated"
    severity = Severity.PENDING if available or not desired else Severity.WARNING
    return severity, f"Rolling out: {available} of {desired} available"


def of_replica_set(replica_set: ReplicaSet) -> tuple[Severity, str, str]:
    """Severity, our word (kubectl prints none) and sentence."""
    desired, ready = replica_set.spec.replicas, replica_set.status.ready_replicas
    if desired == 0 and replica_set.status.replicas == 0:
        return Severity.COMPLETED, "Scaled to 0", ""
    failure = replica_set.status.condition("ReplicaFailure")
    if failure and failure.status == "True":
        return Severity.FAILED, "ReplicaFailure", "Pods cannot be made"
    if ready < desired:
        return Severity.WARNING, "NotReady", f"{ready} of {desired} ready"
    return Severity.RUNNING, "Ready", ""


def of_event(event: Event) -> Summary:
    """Warnings before the rest."""
    return (Severity.WARNING if event.type == "Warning" else Severity.RUNNING), ""
