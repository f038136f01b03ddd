"""What the kinds that make pods must be like."""

from collections.abc import Iterator
from typing import Any

from simulator.api.validation.faults import forbidden, invalid, not_negative, required, unsupported
from simulator.api.validation.metadata import common_faults
from simulator.api.validation.pods import pod_spec_faults
from simulator.errors import Cause
from simulator.kinds import Object

_COUNTS = ("replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds")
_TEMPLATE = "spec.template"
_STATEFUL_UPDATABLE = (
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
    "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
)
_STATEFUL_FIELDS = (
    *("replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit"),
    *("persistentVolumeClaimRetentionPolicy", "minReadySeconds"),
)


def workload_faults(obj: Object) -> Iterator[Cause]:
    """Faults of deployments, replica sets, stateful sets and daemon sets."""
    spec = obj.get("spec") or {}
    yield from not_negative("spec.replicas", spec.get("replicas"))
    selector = spec.get("selector")
    if selector is None:
        yield required("spec.selector")
    elif not selector.get("matchLabels") and not selector.get("matchExpressions"):
        why = f"empty selector is invalid for {obj['kind'].lower()}"
        yield invalid("spec.selector", selector, why)
    template = spec.get("template") or {}
    labels = (template.get("metadata") or {}).get("labels")
    if selector != {} and not selects(selector or {}, labels or {}):
        yield invalid(f"{_TEMPLATE}.metadata.labels", labels, "`selector` does not match template `labels`")
    yield from _template_faults(template, _TEMPLATE)
    policy = (template.get("spec") or {}).get("restartPolicy", "Always")
    if policy != "Always":
        yield unsupported(f"{_TEMPLATE}.spec.restartPolicy", policy, ["Always"])
    for count in _COUNTS[1:]:
        yield from not_negative(f"spec.{count}", spec.get(count))


def _template_faults(template: Object, at: str) -> Iterator[Cause]:
    yield from common_faults(template.get("metadata") or {}, f"{at}.metadata")
    yield from pod_spec_faults(template.get("spec") or {}, f"{at}.spec")


def selects(selector: Object, labels: dict[str, str]) -> bool:
    """Whether a LabelSelector means an object with these labels; an empty one means nothing."""
    if not selector:
        return False
    wanted = selector.get("matchLabels") or {}
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _fulfils(term, labels) for term in selector.get("matchExpressions") or ()
    )


def _fulfils(term: Object, labels: dict[str, str]) -> bool:
    value, values = labels.get(term.get("key", "")), term.get("values") or ()
    match term.get("operator"):
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    return False


def selector_update_faults(new: Object, old: Object) -> Iterator[Cause]:
    """The selector stays as it is."""
    yield from _immutable("spec.selector", new["spec"].get("selector"), old["spec"].get("selector"))


def stateful_set_update_faults(new: Object, old: Object) -> Iterator[Cause]:
    """Of a stateful set only a few fields change."""
    before, after = (
        {key: value for key, value in obj["spec"].items() if key not in _STATEFUL_FIELDS} for obj in (old, new)
    )
    if before != after:
        yield forbidden("spec", _STATEFUL_UPDATABLE)


def job_faults(job: Object) -> Iterator[Cause]:
    """Faults of a job."""
    yield from _job_spec_faults(job.get("spec") or {}, "spec")


def _job_spec_faults(spec: Object, at: str) -> Iterator[Cause]:
    for count in ("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"):
        yield from not_negative(f"{at}.{count}", spec.get(count))
    template = spec.get("template") or {}
    yield from _template_faults(template, f"{at}.template")
    policy, field = (template.get("spec") or {}).get("restartPolicy"), f"{at}.template.spec.restartPolicy"
    if not policy:
        yield required(field, 'valid values: "OnFailure", "Never"')
    elif policy == "Always":
        yield unsupported(field, policy, ["OnFailure", "Never"])


def job_update_faults(new: Object, old: Object) -> Iterator[Cause]:
    """A job goes on with the pods that it has."""
    for key in ("completions", "selector", "template", "completionMode"):
        if old["spec"].get("suspend") and key == "template":
            continue
        yield from _immutable(f"spec.{key}", new["spec"].get(key), old["spec"].get(key))


def cron_job_faults(cron_job: Object) -> Iterator[Cause]:
    """Faults of a cron job. Of its schedule only the number of fields is looked at."""
    spec = cron_job.get("spec") or {}
    schedule = spec.get("schedule") or ""
    fields = schedule.split()
    if not schedule:
        yield required("spec.schedule")
    elif not schedule.startswith("@") and len(fields) != 5:
        words = f"expected exactly 5 fields, found {len(fields)}: [{' '.join(fields)}]"
        yield invalid("spec.schedule", schedule, words)
    policies = ("Allow", "Forbid", "Replace")
    if spec.get("concurrencyPolicy") not in policies:
        yield unsupported("spec.concurrencyPolicy", spec.get("concurrencyPolicy"), policies)
    for count in ("startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"):
        yield from not_negative(f"spec.{count}", spec.get(count))
    yield from _job_spec_faults((spec.get("jobTemplate") or {}).get("spec") or {}, "spec.jobTemplate.spec")


def _immutable(field: str, new: Any, old: Any) -> Iterator[Cause]:
    if new != old:
        yield invalid(field, new, "field is immutable")
