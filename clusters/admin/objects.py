"""The cached objects, read-only: the API server is where they change."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from clusters.admin.readonly import ReadOnlyAdmin
from clusters.models import Deployment, Event, Namespace, Node, Pod, ReplicaSet, SetAside, TerminalSession, Watch


class CachedObjectAdmin(ReadOnlyAdmin):
    list_filter = ("cluster", "severity")
    list_select_related = ("cluster",)
    search_fields: ClassVar[tuple[str, ...]] = ("name", "namespace")
    ordering: ClassVar[tuple[str, ...]] = ("cluster", "namespace", "name")
    exclude = ("detail",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("detail")


@admin.register(Node)
class NodeAdmin(CachedObjectAdmin):
    list_display = ("name", "cluster", "status", "roles", "version", "internal_ip", "created")


@admin.register(Namespace)
class NamespaceAdmin(CachedObjectAdmin):
    list_display = ("name", "cluster", "status", "created")


@admin.register(Deployment)
class DeploymentAdmin(CachedObjectAdmin):
    list_display = ("name", "namespace", "cluster", "status", "ready", "desired", "created")


@admin.register(ReplicaSet)
class ReplicaSetAdmin(CachedObjectAdmin):
    list_display = ("name", "namespace", "cluster", "revision", "ready", "desired", "created")


@admin.register(Pod)
class PodAdmin(CachedObjectAdmin):
    list_display = ("name", "namespace", "cluster", "status", "ready", "total", "restarts", "node", "created")


@admin.register(Event)
class EventAdmin(CachedObjectAdmin):
    list_display = ("last_seen", "status", "reason", "object_kind", "object_name", "namespace", "cluster", "message")
    search_fields = ("object_name", "reason", "namespace")
    ordering = ("-last_seen",)


@admin.register(Watch)
class WatchAdmin(ReadOnlyAdmin):
    list_display = ("kind", "cluster", "state", "since", "last_contact", "reason")
    list_filter = ("cluster", "state", "kind")
    list_select_related = ("cluster",)


@admin.register(SetAside)
class SetAsideAdmin(ReadOnlyAdmin):
    list_display = ("key", "kind", "cluster", "reason", "seen")
    list_filter = ("cluster", "kind")
    list_select_related = ("cluster",)
    search_fields = ("key", "reason")


@admin.register(TerminalSession)
class TerminalSessionAdmin(ReadOnlyAdmin):
    list_display = ("started", "user", "cluster", "namespace", "pod", "container", "ended", "exit_code", "reason")
    list_filter = ("cluster", ("ended", admin.EmptyFieldListFilter))
    list_select_related = ("cluster", "user")
    search_fields = ("pod", "namespace", "user__username")
    ordering = ("-started",)
