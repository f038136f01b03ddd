"""Jobs end well or are given up; cron jobs make one at each of their times."""

from datetime import UTC, datetime

import pytest

from simulator.kinds import CRON_JOBS, JOBS, Object
from simulator.life.schedules import parse
from tests.simulator.living import condition, container, living


def template(script: str) -> Object:
    spec = {"restartPolicy": "Never", "containers": [container(command=["sh", "-c", script])]}
    return {"metadata": {"labels": {"app": "task"}}, "spec": spec}


async def test_a_job_runs_as_often_as_it_is_asked_to_and_so_many_at_a_time() -> None:
    async with living() as cluster:
        cluster.create(JOBS, "task", {"completions": 5, "parallelism": 2, "template": template("sleep 20")})
        counts = {0}

        def look() -> Object:
            counts.add(cluster.get(JOBS, "task").get("status", {}).get("active", 0))
            return condition(cluster.get(JOBS, "task"), "Complete")

        await cluster.until(look)
        status = cluster.get(JOBS, "task")["status"]
        told = [event["message"] for event in cluster.events("task", "Completed")]
    assert (max(counts), status["succeeded"], len(cluster.pods("task"))) == (2, 5, 5)
    assert status["completionTime"] > status["startTime"]
    assert told == ["Job completed"]


async def test_a_job_that_keeps_failing_is_given_up() -> None:
    async with living() as cluster:
        cluster.create(JOBS, "task", {"backoffLimit": 2, "template": template("exit 1")})
        await cluster.until(lambda: condition(cluster.get(JOBS, "task"), "Failed"))
        failed = condition(cluster.get(JOBS, "task"), "Failed")
        assert (failed["reason"], failed["message"]) == (
            "BackoffLimitExceeded",
            "Job has reached the specified backoff limit",
        )
        assert cluster.get(JOBS, "task")["status"]["failed"] == len(cluster.pods("task")) == 3


async def test_a_finished_job_can_be_kept_for_a_time_only() -> None:
    async with living() as cluster:
        cluster.create(JOBS, "task", {"ttlSecondsAfterFinished": 60, "template": template("exit 0")})
        await cluster.until(lambda: condition(cluster.get(JOBS, "task"), "Complete"))
        await cluster.wait(70)
        assert cluster.storage.find(JOBS, "task", "test") is None
        assert cluster.pods("task") == []


async def test_a_cron_job_makes_a_job_at_each_of_its_times_and_keeps_the_last_three() -> None:
    async with living() as cluster:
        spec = {"schedule": "*/5 * * * *", "jobTemplate": {"spec": {"template": template("sleep 10")}}}
        cluster.create(CRON_JOBS, "task", spec)
        await cluster.wait(31 * 60)
        jobs = cluster.storage.list(JOBS, "test")
        minutes = [int(job["metadata"]["name"].removeprefix("task-")) for job in jobs]
        told = cluster.events("task", "SawCompletedJob")
        status = cluster.get(CRON_JOBS, "task")["status"]
    assert len(minutes) == 3
    assert all(minute % 5 == 0 for minute in minutes)
    assert told[0]["message"].endswith(", condition: Complete")
    assert status["lastScheduleTime"] < status["lastSuccessfulTime"]


async def test_a_cron_job_that_forbids_it_does_not_overlap_with_itself() -> None:
    async with living() as cluster:
        job = {"spec": {"template": template("sleep 150")}}
        cluster.create(CRON_JOBS, "task", {"schedule": "* * * * *", "concurrencyPolicy": "Forbid", "jobTemplate": job})
        most = 0
        for _ in range(60):
            await cluster.wait(10)
            most = max(most, len(cluster.get(CRON_JOBS, "task").get("status", {}).get("active", ())))
        assert most == 1


@pytest.mark.parametrize(
    ("schedule", "following"),
    [
        ("* * * * *", "2026-01-05T08:01"),
        ("*/15 * * * *", "2026-01-05T08:15"),
        ("30 7 * * *", "2026-01-06T07:30"),
        ("0 9-17 * * 1-5", "2026-01-05T09:00"),
        ("0 0 1 * *", "2026-02-01T00:00"),
        ("0 12 * * sun", "2026-01-11T12:00"),
        ("0 0 13 * 5", "2026-01-09T00:00"),
        ("@hourly", "2026-01-05T09:00"),
        ("0 0 29 2 *", "2028-02-29T00:00"),
    ],
)
def test_schedules_say_when(schedule: str, following: str) -> None:
    monday = datetime(2026, 1, 5, 8, tzinfo=UTC)
    assert parse(schedule).after(monday) == datetime.fromisoformat(following).replace(tzinfo=UTC)


@pytest.mark.parametrize("schedule", ["", "* * * *", "61 * * * *", "x * * * *", "5-1 * * * *", "*/0 * * * *"])
def test_what_is_no_schedule_is_refused(schedule: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(schedule)
