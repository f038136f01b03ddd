"""Probes in one line each."""

from collections.abc import Iterator
from dataclasses import dataclass

from clusters.kube import objects


@dataclass(frozen=True)
class ProbeView:
    name: str
    check: str
    timing: str


def probes(container: objects.Container) -> list[ProbeView]:
    """The container's startup, readiness and liveness probes, in the order in which the kubelet heeds them."""
    found = (
        ("Startup probe", container.startup_probe),
        ("Readiness probe", container.readiness_probe),
        ("Liveness probe", container.liveness_probe),
    )
    return [ProbeView(name, _check(probe), ", ".join(_timing(probe))) for name, probe in found if probe]


def _check(probe: objects.Probe) -> str:
    if probe.http_get:
        get = probe.http_get
        return f"GET {(get.scheme or 'HTTP').lower()}://{get.host or 'pod'}:{get.port}{get.path or '/'}"
    if probe.tcp_socket:
        return f"connect to port {probe.tcp_socket.port}"
    if probe.grpc:
        return f"gRPC health on port {probe.grpc.port}"
    if probe.exec:
        return " ".join(probe.exec.command)
    return "no check"


def _timing(probe: objects.Probe) -> Iterator[str]:
    if probe.initial_delay_seconds:
        yield f"after {probe.initial_delay_seconds} s"
    yield f"every {probe.period_seconds} s"
    yield f"fails {probe.failure_threshold} times in a row, each at most {probe.timeout_seconds} s"
