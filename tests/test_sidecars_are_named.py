"""A container that stands beside the others is called a sidecar, and not one that prepares the pod."""

import json
import re
from html import unescape

import pytest
from django.http import QueryDict
from django.test import Client

from clusters.models import Cluster
from clusters.streams.selection import selection_of, sources_of
from tests import manifests, people

pytestmark = pytest.mark.django_db

SORTS = {"main": "", "wait": "init", "mesh-proxy": "sidecar"}


@pytest.fixture
def harbour() -> Cluster:
    harbour = people.cluster("harbour")
    pod = manifests.pod("payments", "web-1")
    pod["spec"]["containers"][0]["name"] = "main"
    proxy = {"name": "mesh-proxy", "image": "proxy:1", "restartPolicy": "Always"}
    pod["spec"]["initContainers"] = [{"name": "wait", "image": "wait:1"}, proxy]
    manifests.keep(harbour, "pods", pod)
    return harbour


@pytest.mark.parametrize("address", ["pods/payments/web-1/logs/", "logs/?namespace=payments"])
def test_in_the_menu_of_the_log_viewer(client: Client, harbour: Cluster, address: str) -> None:
    client.force_login(people.admin())
    html = client.get(f"/clusters/harbour/{address}").content.decode()
    [said] = re.findall(r'data-containers="([^"]+)"', html)
    assert {each["name"]: each["sort"] for each in json.loads(unescape(said))} == SORTS


def test_on_the_page_of_a_shell(client: Client, harbour: Cluster) -> None:
    client.force_login(people.admin())
    html = client.get("/clusters/harbour/pods/payments/web-1/shell/").content.decode()
    assert "mesh-proxy (sidecar)" in html


@pytest.mark.parametrize(("query", "read"), [("", {"main"}), ("&init=1", {"main", "wait", "mesh-proxy"})])
def test_its_log_is_read_with_those_of_init_containers(harbour: Cluster, query: str, read: set[str]) -> None:
    found = sources_of(selection_of(QueryDict(f"namespace=payments{query}")), None, harbour)
    assert {source.container for source in found} == read
