"""The YAML of any cached kind, fetched from the cluster when it is asked for."""

import asyncio
from http import HTTPStatus
from typing import Any

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clusters.access import Person, may, requires
from clusters.clients import client_for
from clusters.kinds import KINDS, Kind
from clusters.kube import errors
from clusters.models import Cluster, Role
from clusters.redaction import presentable
from clusters.sealing import SealBroken
from dashboard.details.links import tabs
from dashboard.details.lookup import NOT_THERE, check_names
from dashboard.manifests import as_yaml, marked_up

MEDIA_TYPE = "application/yaml"  # RFC 9512
ADVICE: dict[type[Exception], tuple[str, str]] = {
    SealBroken: ("Pilothouse cannot read how to reach the cluster", "An admin can import its kubeconfig again."),
    errors.NotFound: ("It is not there, or no longer", "Go back to the list to see what is there now."),
    errors.Forbidden: (
        "The cluster does not let Pilothouse read it",
        "Whoever gave this cluster to Pilothouse can grant its credentials the right to get objects of this kind.",
    ),
    errors.Unauthorized: (
        "The cluster rejected the credentials",
        "An admin can give the cluster a new token or certificate.",
    ),
    errors.BadCertificate: (
        "The cluster's certificate is not trusted",
        "An admin can correct the certificate authority of this cluster.",
    ),
    errors.Unreachable: (
        "The cluster cannot be reached",
        "Try again when it answers; the other pages show its last state.",
    ),
    errors.TooManyRequests: ("The cluster is busy", "Try again in a few seconds."),
}
OTHERWISE = ("The cluster did not answer as expected", "Try again; if it stays so, an admin can test the connection.")


@require_safe
@requires(Role.VIEW)
async def manifest(request: HttpRequest, cluster: Cluster, kind: str, name: str, namespace: str = "") -> HttpResponse:
    """The page, or with `?download` the file."""
    user = await request.auser()
    asked = await sync_to_async(_kind)(user, cluster, kind, name, namespace)
    page: dict[str, Any] = {"cluster": cluster, "kind": asked, "namespace": namespace, "name": name}
    page["tabs"] = await sync_to_async(tabs)(user, cluster, kind, name, namespace, current="YAML")
    try:
        found = await _fetched(cluster, asked.path(namespace=namespace, name=name))
    except (errors.KubeError, SealBroken) as error:
        return await sync_to_async(_failed)(request, page, error)
    text = await asyncio.to_thread(as_yaml, presentable(found))
    if "download" in request.GET:
        named = {"Content-Disposition": f'attachment; filename="{name}.yaml"'}
        return HttpResponse(text, content_type=MEDIA_TYPE, headers=named)
    page["text"] = await asyncio.to_thread(marked_up, text)
    return await sync_to_async(render)(request, "yaml/manifest.html", page)


async def _fetched(cluster: Cluster, path: str) -> dict[str, Any]:
    client = await client_for(cluster)
    found = await client.get_json(path)
    if not isinstance(found, dict):
        raise errors.NotKubernetes("What answers does not send an object.")
    return found


def _kind(user: Person, cluster: Cluster, plural: str, name: str, namespace: str) -> Kind:
    """The kind that the address names. Raises Http404 where there is none or `user` may not see the object."""
    check_names(name, *([namespace] if namespace else []))
    kind = KINDS.get(plural)
    if kind is None or kind.namespaced != bool(namespace):
        raise Http404(NOT_THERE)
    place = namespace or (name if plural == "namespaces" else None)
    if not may(user, Role.VIEW, cluster, place):
        raise Http404(NOT_THERE)
    return kind


def _failed(request: HttpRequest, page: dict[str, Any], error: Exception) -> HttpResponse:
    said, advice = ADVICE.get(type(error), OTHERWISE)
    missing = isinstance(error, errors.NotFound)
    status = HTTPStatus.NOT_FOUND if missing else HTTPStatus.BAD_GATEWAY
    return render(
        request, "yaml/failed.html", page | {"said": said, "advice": advice, "reason": str(error)}, status=status
    )
