"""The same tests on a simulated cluster and on a real one."""

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.programs import cache_folder
from tests.harness.clusters import Cluster
from tests.harness.kubectl import Kubectl
from tests.harness.kubernetes_api import KubernetesApi
from tests.harness.simulators import Simulator, simulated


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A simulated cluster without workloads, shared by all tests."""
    with simulated(tmp_path_factory.mktemp("simulator")) as simulator:
        yield simulator


@pytest.fixture(scope="session")
def simulated_api(simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KubernetesApi]:
    """The API server of the simulated cluster."""
    kubectl = Kubectl(kubectl_program(), simulator.kubeconfig)
    with KubernetesApi(kubectl, tmp_path_factory.mktemp("api"), is_real=False) as api:
        yield api


@pytest.fixture(scope="session")
def real_api(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KubernetesApi]:
    """The API server of the real cluster."""
    with KubernetesApi(cluster.kubectl, tmp_path_factory.mktemp("api"), is_real=True) as api:
        yield api


@pytest.fixture(scope="session", params=["simulated", "real"])
def api(request: pytest.FixtureRequest) -> KubernetesApi:
    """Each of the two, one after the other."""
    found: KubernetesApi = request.getfixturevalue(f"{request.param}_api")
    return found


@pytest.fixture
def namespace(api: KubernetesApi) -> Iterator[str]:
    """The name of a fresh namespace, deleted afterwards."""
    name = f"test-{secrets.token_hex(4)}"
    api.create("/api/v1/namespaces", {"metadata": {"name": name}})
    yield name
    api.ask("DELETE", f"/api/v1/namespaces/{name}")


def kubectl_program() -> Path:
    """The kubectl that was built beside the test cluster or, where none was, any."""
    built = cache_folder() / "kubectl"
    return built if built.exists() else Path(shutil.which("kubectl") or "kubectl")
