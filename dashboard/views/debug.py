"""Puts a debug container into a pod."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from clusters.access import requires
from clusters.clients import client_for
from clusters.kube.errors import KubeError
from clusters.models import Cluster, Pod, Role
from clusters.sealing import SealBroken
from clusters.signals import client_address, debug_container_added
from clusters.streams import debugging
from dashboard.details.lookup import find
from dashboard.details.streams import stream_page

REMEMBERED = "debug_images"
"""In the reader's session: the image that he took last, by cluster."""

JUST_ADDED = "debug_container"
"""In the reader's session: the container in which the next page opens a shell by itself, once."""


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Role.OPERATE)
async def debug(request: HttpRequest, cluster: Cluster, namespace: str, name: str) -> HttpResponse:
    """The form, which says what will happen; posted, the container, and then the page of a shell in it."""
    page = await sync_to_async(_page)(request, cluster, namespace, name)
    if request.method != "POST":
        return await sync_to_async(render)(request, "pods/debug.html", page)
    try:
        container = await _added(request, cluster, page)
    except (KubeError, SealBroken, debugging.BadImage) as error:
        page["failure"] = getattr(error, "reason", "") or str(error)
        is_his = isinstance(error, debugging.BadImage)
        status = HTTPStatus.BAD_REQUEST if is_his else HTTPStatus.BAD_GATEWAY
        return await sync_to_async(render)(request, "pods/debug.html", page, status=status)
    shell = reverse("pod-shell", args=[cluster.slug, namespace, name])
    await request.session.aset(JUST_ADDED, container)
    return HttpResponseRedirect(f"{shell}?{urlencode({'container': container, 'shell': 'sh'})}")


def _page(request: HttpRequest, cluster: Cluster, namespace: str, name: str) -> dict[str, Any]:
    row = find(request.user, Pod, cluster, name=name, namespace=namespace)
    page = stream_page(request, cluster, row, current="Debug")
    remembered = request.session.get(REMEMBERED, {}).get(cluster.slug, "")
    image = request.POST.get("image", "").strip() or remembered or cluster.debug_image or debugging.DEFAULT_IMAGE
    page["containers"] = [each for each in page["containers"] if each.sort != "ephemeral"]
    asked = request.POST.get("container", "")
    if asked in [each.name for each in page["containers"]]:
        page["container"] = asked
    return page | {"image": image, "minutes": debugging.IDLE_SECONDS // 60}


async def _added(request: HttpRequest, cluster: Cluster, page: dict[str, Any]) -> str:
    """The name of a new container, once it runs or cannot. Raises KubeError, SealBroken and BadImage."""
    client = await client_for(cluster)
    place = {"namespace": page["row"].namespace, "pod": page["row"].name}
    container = await debugging.add(client, **place, image=page["image"], target=page["container"])
    await sync_to_async(_note)(request, cluster, page, container)
    # It is there for good: to show the form again would be to ask for another one.
    try:
        state = await debugging.wait_until_it_runs(client, **place, container=container)
    except KubeError as error:
        messages.warning(request, f"Whether the debug container {container} runs is not known. {error.reason}")
        return container
    if state is None or not state.running:
        said = state.said if state else ""
        messages.warning(request, f"The debug container {container} does not run. {said}")
    return container


def _note(request: HttpRequest, cluster: Cluster, page: dict[str, Any], container: str) -> None:
    request.session[REMEMBERED] = {**request.session.get(REMEMBERED, {}), cluster.slug: page["image"]}
    debug_container_added.send(
        debug,
        user=request.user,
        address=client_address(request),
        cluster=cluster,
        namespace=page["row"].namespace,
        pod=page["row"].name,
        container=container,
        detail=f"image {page['image']}, beside {page['container']}",
    )
