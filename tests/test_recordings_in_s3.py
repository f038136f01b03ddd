"""Recordings in an S3 store on loopback, set up as docs/operating.md says: by the settings alone."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from moto.server import ThreadedMotoServer
from pytest_django import Settings

from clusters.models import Cluster, Recording
from clusters.recordings import reading, retention, storing
from clusters.recordings.verifying import verify
from tests import people
from tests.harness.kubectl import Kubectl
from tests.harness.recordings import recorded, session
from tests.harness.servers import Server
from tests.harness.sockets import socket

BACKEND = "storages.backends.s3.S3Storage"
KEYS = {"access_key": "harbour", "secret_key": "only for tests"}


@pytest.fixture(scope="module")
def store() -> Iterator[dict[str, str]]:
    """The options of a store with an empty bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    options = {"bucket_name": "recordings", "endpoint_url": f"http://{host}:{port}", "region_name": "us-east-1", **KEYS}
    client(options).create_bucket(Bucket="recordings")
    yield options
    server.stop()


def client(options: dict[str, str]) -> Any:
    keys = {"aws_access_key_id": KEYS["access_key"], "aws_secret_access_key": KEYS["secret_key"]}
    return boto3.client("s3", endpoint_url=options["endpoint_url"], region_name=options["region_name"], **keys)


def objects(options: dict[str, str], folder: str = "") -> list[str]:
    """The keys of everything in the bucket."""
    listed = client(options).list_objects_v2(Bucket="recordings", Prefix=folder)
    return [each["Key"] for each in listed.get("Contents", [])]


@pytest.fixture
def in_s3(settings: Settings, store: dict[str, str]) -> dict[str, str]:
    settings.STORAGES = {**settings.STORAGES, "recordings": {"BACKEND": BACKEND, "OPTIONS": store}}
    return store


@pytest.mark.django_db(transaction=True)
def test_one_is_written_read_verified_and_taken_away(
    in_s3: dict[str, str], harbour: Cluster, settings: Settings
) -> None:
    maria: User = people.person("maria")
    recording = recorded(session(maria, harbour), "the word is harbour-gull\r\n", exit_code=0)
    folder = storing.folder(recording)
    assert len(objects(in_s3, folder)) == 1
    assert b"harbour-gull" in b"".join(reading.cast(recording))
    assert verify(recording).faults == []
    settings.PILOTHOUSE_RECORDING_DAYS = 0
    async_to_sync(retention.one_round)(set())
    assert not Recording.objects.exists()
    assert objects(in_s3, folder) == []


@pytest.mark.django_db(transaction=True)
def test_a_part_that_was_changed_or_lost_there_is_found(in_s3: dict[str, str], harbour: Cluster) -> None:
    recording = recorded(session(people.person("maria"), harbour), "hello\r\n")
    (name,) = objects(in_s3, storing.folder(recording))
    client(in_s3).put_object(Bucket="recordings", Key=name, Body=b"something else")
    assert verify(recording).faults
    client(in_s3).delete_object(Bucket="recordings", Key=name)
    assert verify(recording).faults


async def test_a_shell_is_recorded_there_by_the_settings_alone(
    new_server: Callable[..., Server], near: Kubectl, pod: str, store: dict[str, str]
) -> None:
    backend = {"PILOTHOUSE_RECORDING_STORAGE": BACKEND, "PILOTHOUSE_RECORDING_STORAGE_OPTIONS": json.dumps(store)}
    server = new_server(**backend)
    server.start()
    server.manage("shell", "-c", "from clusters.models import Cluster; Cluster.objects.update(recording='required')")
    async with socket(
        server, f"/ws/clusters/test/pods/{near.namespace}/{pod}/shell/?container=main", server.admin
    ) as shell:
        await shell.until("#")
        await shell.type("echo gull-$((40 + 2)); exit\n")
        await shell.until_closed()
    assert objects(store)
    code = "from clusters.models import Recording; print(Recording.objects.get().pk)"
    pk = server.manage("shell", "-v", "0", "-c", code).strip()
    assert "gull-42" in server.text(f"/recordings/{pk}/file/?as=text")
    assert "1 checked, 0 not" in server.manage("verify_recordings")
