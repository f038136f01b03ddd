"""Clusters in admin: add by form or by kubeconfig, test the connection, pause."""

from typing import TYPE_CHECKING, Any, cast

from asgiref.sync import async_to_sync
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.urls.resolvers import URLPattern

from clusters.adding import add_cluster, replace_connection
from clusters.admin.cluster_forms import AddClusterForm, ChangeClusterForm
from clusters.kube.client import Client
from clusters.kube.errors import KubeError
from clusters.models import Cluster
from clusters.sealing import SealBroken, open_connection
from clusters.signals import client_address, cluster_changed, cluster_removed

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Cluster]
else:
    Base = admin.ModelAdmin

LOOKS = ("name", "flag", "is_production", "paused", "debug_image")
RECORDING = ("recording", "records_input")
STATE = ("server", "source", "version", "health", "health_since", "health_reason", "last_contact", "created", "updated")


def answer_of(cluster: Cluster) -> tuple[int, str]:
    """Asks the cluster for its version; a message level and a sentence for the admin."""
    try:
        version = async_to_sync(_version)(cluster)
    except (KubeError, SealBroken) as error:
        return messages.ERROR, f"{cluster}: {error}"
    return messages.SUCCESS, f"{cluster} answers: Kubernetes {version}."


async def _version(cluster: Cluster) -> str:
    async with Client(open_connection(cluster)) as client:
        return await client.version()


def _who(request: HttpRequest) -> dict[str, Any]:
    # Admin lets nobody in who is not signed in.
    return {"user": cast("User", request.user), "address": client_address(request)}


def _in_words(cluster: Cluster, changed: list[str]) -> str:
    """Which fields were changed; of how shells are recorded also to what."""
    return ", ".join(f"{field}: {getattr(cluster, field)}" if field in RECORDING else field for field in changed)


@admin.register(Cluster)
class ClusterAdmin(Base):
    list_display = ("name", "health", "health_reason", "version", "server", "is_production", "paused")
    list_filter = ("health", "paused", "is_production")
    search_fields = ("name", "server")
    readonly_fields = STATE
    actions = ("test_connection", "pause", "resume")
    change_form_template = "admin/clusters/cluster/change_form.html"

    def get_form(self, request: HttpRequest, obj: Cluster | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, form=ChangeClusterForm if obj else AddClusterForm, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Cluster | None = None) -> Any:
        if obj is None:
            return (
                (None, {"fields": LOOKS}),
                ("Recordings of shells", {"fields": RECORDING}),
                ("From a kubeconfig", {"fields": ("kubeconfig", "context")}),
                ("Or by hand", {"fields": ("address", "ca", "token")}),
            )
        return (
            (None, {"fields": LOOKS}),
            ("Recordings of shells", {"fields": RECORDING}),
            ("State", {"fields": STATE}),
            ("Another connection", {"fields": ("kubeconfig", "context"), "classes": ("collapse",)}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Cluster | None = None) -> tuple[str, ...]:
        return STATE if obj else ()

    def save_model(self, request: HttpRequest, obj: Cluster, form: Any, change: bool) -> None:
        """Adds by `clusters.adding`, so that the form and the commands do the same."""
        connection, source = form.connection, form.source
        if not change:
            added = add_cluster(obj.name, connection, source=source, **_who(request))
            chosen = (*LOOKS[1:], *RECORDING)
            for field in chosen:
                setattr(added, field, getattr(obj, field))
            added.save(update_fields=[*chosen, "updated"])
            obj.__dict__.update(added.__dict__)
            return
        changed = [field for field in form.changed_data if field in (*LOOKS, *RECORDING)]
        if changed:
            obj.save(update_fields=[*changed, "updated"])
            cluster_changed.send(Cluster, cluster=obj, detail=_in_words(obj, changed), **_who(request))
        if connection is not None:
            replace_connection(obj, connection, source=source, **_who(request))

    def delete_model(self, request: HttpRequest, obj: Cluster) -> None:
        cluster_removed.send(Cluster, cluster=obj, detail=obj.server, **_who(request))
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Cluster]) -> None:
        for cluster in queryset:
            self.delete_model(request, cluster)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Names the clusters only: their cached rows go along, and there may be 150,000 of them."""
        return [str(cluster) for cluster in objs], {"clusters": len(objs)}, set(), []

    def get_urls(self) -> list[URLPattern]:
        test = path(
            "<int:pk>/test/", self.admin_site.admin_view(self.test_one), name="clusters_cluster_test_connection"
        )
        return [test, *super().get_urls()]

    def test_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        cluster = get_object_or_404(Cluster, pk=pk)
        if request.method == "POST":
            messages.add_message(request, *answer_of(cluster))
        return redirect("admin:clusters_cluster_change", pk)

    @admin.action(description="Test the connection", permissions=["change"])
    def test_connection(self, request: HttpRequest, queryset: QuerySet[Cluster]) -> None:
        for cluster in queryset:
            messages.add_message(request, *answer_of(cluster))

    @admin.action(description="Pause: stop watching", permissions=["change"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Cluster]) -> None:
        self._set_paused(request, queryset, paused=True)

    @admin.action(description="Resume watching", permissions=["change"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Cluster]) -> None:
        self._set_paused(request, queryset, paused=False)

    def _set_paused(self, request: HttpRequest, queryset: QuerySet[Cluster], *, paused: bool) -> None:
        for cluster in queryset.exclude(paused=paused):
            cluster.paused = paused
            cluster.save(update_fields=["paused", "updated"])
            detail = "paused" if paused else "resumed"
            cluster_changed.send(Cluster, cluster=cluster, detail=detail, **_who(request))
