"""Jobs at their times.

Source: https://github.com/kubernetes/kubernetes/tree/master/pkg/controller/cronjob
"""

from datetime import datetime, timedelta

from simulator.clock import moment_of, timestamp
from simulator.errors import AlreadyExists
from simulator.kinds import CRON_JOBS, JOBS, Object
from simulator.life.conditions import condition_of, is_true
from simulator.life.deleting import delete
from simulator.life.engine import Controller, Key, Life
from simulator.life.events import About, Recorder
from simulator.life.owners import controlled_by, is_leaving
from simulator.life.replica_sets import enqueue_controller
from simulator.life.schedules import Schedule, parse
from simulator.storage import Event

_LOOK_BACK = (1, 24, 32 * 24, 366 * 24)
"""Hours: a time that was missed is looked for in the last hour first, so that there are never many to go through."""
_SCHEDULED_AT = "batch.kubernetes.io/cronjob-scheduled-timestamp"


class CronJobs(Controller):
    """The cron job controller."""

    def __init__(self, life: Life, recorder: Recorder) -> None:
        super().__init__(life)
        self._recorder = recorder
        self._since: dict[str, datetime] = {}
        life.follow(CRON_JOBS, self.enqueue_changed)
        life.follow(JOBS, self._job_changed)

    def reconcile(self, key: Key) -> None:
        """Make the job that is due, forget the oldest, and wait for the next time."""
        cron_job = self.storage.find(CRON_JOBS, key[1], key[0])
        if cron_job is None or is_leaving(cron_job):
            return
        jobs = self.life.index.owned(cron_job["metadata"]["uid"], JOBS)
        self._tell(cron_job, jobs)
        self._forget_oldest(cron_job, jobs)
        if not cron_job["spec"].get("suspend"):
            self._schedule(self.storage.get(CRON_JOBS, key[1], key[0]), jobs)

    def _job_changed(self, event: Event) -> None:
        enqueue_controller(self, "CronJob", event.object)

    def _schedule(self, cron_job: Object, jobs: list[Object]) -> None:
        try:
            schedule = parse(cron_job["spec"]["schedule"])
        except ValueError as error:
            self._say(cron_job, "UnparseableSchedule", f"unparseable schedule: {error}")
            return
        now, uid = self.life.now(), cron_job["metadata"]["uid"]
        last = cron_job.get("status", {}).get("lastScheduleTime")
        start = moment_of(last) if last else self._since.setdefault(uid, now)
        due = _latest(schedule, start, now)
        if due is not None:
            self._run(cron_job, jobs, due)
        following = schedule.after(now)
        if following is not None:
            self.enqueue(cron_job, (following - now).total_seconds() + 0.01)

    def _run(self, cron_job: Object, jobs: list[Object], due: datetime) -> None:
        active = [job for job in jobs if not _is_finished(job)]
        policy = cron_job["spec"].get("concurrencyPolicy", "Allow")
        if active and policy == "Forbid":
            self._say(
                cron_job,
                "JobAlreadyActive",
                "Not starting job because prior execution is running and concurrency policy is Forbid",
            )
            return
        if policy == "Replace":
            for job in active:
                self._delete(cron_job, job)
        job = _job(cron_job, due)
        try:
            self.life.create(JOBS, job)
        except AlreadyExists:
            return
        self._say(cron_job, "SuccessfulCreate", f"Created job {job['metadata']['name']}")
        status = {**cron_job.get("status", {}), "lastScheduleTime": timestamp(due)}
        self.life.set_status(CRON_JOBS, cron_job, status)

    def _tell(self, cron_job: Object, jobs: list[Object]) -> None:
        status = {key: value for key, value in cron_job.get("status", {}).items() if key != "active"}
        before = {each["name"] for each in cron_job.get("status", {}).get("active") or ()}
        active = [job for job in jobs if not _is_finished(job)]
        if active:
            status["active"] = [_reference(job) for job in active]
        for job in jobs:
            if job["metadata"]["name"] in before and _is_finished(job):
                word = "Complete" if is_true(job, "Complete") else "Failed"
                text = f"Saw completed job: {job['metadata']['name']}, condition: {word}"
                self._say(cron_job, "SawCompletedJob", text)
        done = [(condition_of(job, "Complete") or {}).get("lastTransitionTime") for job in jobs]
        latest = max((each for each in done if each), default=None)
        if latest:
            status["lastSuccessfulTime"] = max(latest, status.get("lastSuccessfulTime", ""))
        self.life.set_status(CRON_JOBS, cron_job, status)

    def _forget_oldest(self, cron_job: Object, jobs: list[Object]) -> None:
        for kind, field, kept in (
            ("Complete", "successfulJobsHistoryLimit", 3),
            ("Failed", "failedJobsHistoryLimit", 1),
        ):
            ended = sorted(
                (job for job in jobs if is_true(job, kind)), key=lambda job: str(job["metadata"]["creationTimestamp"])
            )
            limit = cron_job["spec"].get(field, kept)
            for job in ended[: max(0, len(ended) - limit)]:
                self._delete(cron_job, job)

    def _delete(self, cron_job: Object, job: Object) -> None:
        delete(self.life, JOBS, job)
        self._say(cron_job, "SuccessfulDelete", f"Deleted job {job['metadata']['name']}")

    def _say(self, cron_job: Object, reason: str, message: str) -> None:
        self._recorder.normal(About(CRON_JOBS, cron_job, "cronjob-controller"), reason, message)


def _latest(schedule: Schedule, start: datetime, now: datetime) -> datetime | None:
    """The last time that has come since `start`; earlier ones are missed for good."""
    for hours in _LOOK_BACK:
        latest, due = None, schedule.after(max(start, now - timedelta(hours=hours)))
        while due is not None and due <= now:
            latest, due = due, schedule.after(due)
        if latest is not None:
            return latest
    return None


def _is_finished(job: Object) -> bool:
    return is_true(job, "Complete") or is_true(job, "Failed")


def _reference(job: Object) -> Object:
    metadata = job["metadata"]
    reference = {"kind": "Job", "namespace": metadata["namespace"], "name": metadata["name"], "uid": metadata["uid"]}
    return {**reference, "apiVersion": "batch/v1", "resourceVersion": metadata["resourceVersion"]}


def _job(cron_job: Object, due: datetime) -> Object:
    template = cron_job["spec"]["jobTemplate"]
    given = template.get("metadata") or {}
    metadata: Object = {
        "name": f"{cron_job['metadata']['name']}-{int(due.timestamp()) // 60}",
        "namespace": cron_job["metadata"]["namespace"],
        "annotations": {**(given.get("annotations") or {}), _SCHEDULED_AT: timestamp(due)},
        "ownerReferences": controlled_by(CRON_JOBS, cron_job),
    }
    if given.get("labels"):
        metadata["labels"] = given["labels"]
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": template.get("spec") or {}}
