"""Defaults of the kinds that make pods."""

from simulator.api.defaults.pods import fill_template
from simulator.kinds import Object


def fill_deployment(deployment: Object) -> None:
    """A deployment."""
    spec = _with_template(deployment)
    strategy = spec.setdefault("strategy", {})
    if strategy.setdefault("type", "RollingUpdate") == "RollingUpdate":
        rolling = strategy.setdefault("rollingUpdate", {})
        rolling.setdefault("maxUnavailable", "25%")
        rolling.setdefault("maxSurge", "25%")
    _fill(spec, {"replicas": 1, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600})


def fill_replica_set(replica_set: Object) -> None:
    """A replica set or replication controller."""
    _fill(_with_template(replica_set), {"replicas": 1})


def fill_stateful_set(stateful_set: Object) -> None:
    """A stateful set."""
    spec = _with_template(stateful_set)
    strategy = spec.setdefault("updateStrategy", {})
    if strategy.setdefault("type", "RollingUpdate") == "RollingUpdate":
        strategy.setdefault("rollingUpdate", {}).setdefault("partition", 0)
    _fill(spec, {"replicas": 1, "podManagementPolicy": "OrderedReady", "revisionHistoryLimit": 10})
    _fill(
        spec.setdefault("persistentVolumeClaimRetentionPolicy", {}), {"whenDeleted": "Retain", "whenScaled": "Retain"}
    )
    for claim in spec.get("volumeClaimTemplates") or ():
        _fill(claim, {"kind": "PersistentVolumeClaim", "apiVersion": "v1", "status": {"phase": "Pending"}})
        _fill(claim.setdefault("spec", {}), {"volumeMode": "Filesystem"})


def fill_daemon_set(daemon_set: Object) -> None:
    """A daemon set."""
    spec = _with_template(daemon_set)
    strategy = spec.setdefault("updateStrategy", {})
    if strategy.setdefault("type", "RollingUpdate") == "RollingUpdate":
        _fill(strategy.setdefault("rollingUpdate", {}), {"maxUnavailable": 1, "maxSurge": 0})
    _fill(spec, {"revisionHistoryLimit": 10})


def fill_job(job: Object) -> None:
    """A job; its selector and labels need its uid, see `name_pods`."""
    spec = _with_template(job, restarts=False)
    if "completions" not in spec and "parallelism" not in spec:
        spec["completions"] = 1
    _fill(spec, {"parallelism": 1, "backoffLimit": 6, "manualSelector": False, "suspend": False})
    _fill(spec, {"completionMode": "NonIndexed", "podReplacementPolicy": "TerminatingOrFailed"})


def name_pods(job: Object) -> None:
    """Lets a job that was just created know its pods: by its uid, unless it brings a selector of its own."""
    spec, metadata = job["spec"], job["metadata"]
    if spec.get("manualSelector"):
        return
    labels = {
        "batch.kubernetes.io/controller-uid": metadata["uid"],
        "batch.kubernetes.io/job-name": metadata["name"],
        "controller-uid": metadata["uid"],
        "job-name": metadata["name"],
    }
    template = spec["template"].setdefault("metadata", {})
    template["labels"] = {**(template.get("labels") or {}), **labels}
    if not metadata.get("labels"):
        metadata["labels"] = dict(template["labels"])
    spec["selector"] = {"matchLabels": {"batch.kubernetes.io/controller-uid": metadata["uid"]}}


def fill_cron_job(cron_job: Object) -> None:
    """A cron job."""
    spec = cron_job.setdefault("spec", {})
    _fill(spec, {"concurrencyPolicy": "Allow", "suspend": False})
    _fill(spec, {"successfulJobsHistoryLimit": 3, "failedJobsHistoryLimit": 1})
    template = spec.setdefault("jobTemplate", {})
    _with_template(template, restarts=False)


def _with_template(obj: Object, *, restarts: bool = True) -> Object:
    """The object's spec, with its template filled in."""
    spec: Object = obj.setdefault("spec", {})
    template = spec.setdefault("template", {})
    policy = template.get("spec", {}).get("restartPolicy")
    fill_template(template)
    if not restarts and policy is None:
        del template["spec"]["restartPolicy"]
    return spec


def _fill(target: Object, defaults: Object) -> None:
    for key, value in defaults.items():
        target.setdefault(key, value)
