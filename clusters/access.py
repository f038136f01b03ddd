"""Who may do what: the only permission code. Deny by default.

Every view declares its audience with one of the decorators here, every socket with the attribute `access`; a test lists
all routes and fails on one that declares nothing. Something that a user may not see answers exactly as something that
is not there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.views import redirect_to_login
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control

from clusters.models import Cluster, Grant, Namespace, Node, Role

Person = User | AnonymousUser
Row = TypeVar("Row", bound=Model)
View = Callable[..., Any]

CLUSTER_SCOPED: tuple[type[Model], ...] = (Node,)


@dataclass(frozen=True)
class Access:
    """The audience of a route. `role` None: no cluster is involved. `own_rule`: the view itself decides."""

    public: bool = False
    role: Role | None = None
    own_rule: bool = False


PUBLIC = Access(public=True)
SIGNED_IN = Access()


def grants_of(user: Person) -> list[Grant]:
    """The user's grants, his own and his groups', asked once per user instance (that is: per request)."""
    if not user.is_authenticated or not user.is_active:
        return []
    known: list[Grant] | None = getattr(user, "_pilothouse_grants", None)
    if known is None:
        mine = Q(user=user) | Q(group__in=user.groups.all())
        known = list(Grant.objects.filter(mine).only("cluster_id", "namespaces", "role"))
        user._pilothouse_grants = known  # type: ignore[attr-defined]
    return known


def namespaces_for(user: Person, role: Role, cluster: Cluster | int) -> frozenset[str] | None:
    """The namespaces of `cluster` (or its id) in which `user` has at least `role`; None is the whole cluster."""
    if user.is_active and user.is_superuser:
        return None
    cluster_id = cluster if isinstance(cluster, int) else cluster.pk
    names: set[str] = set()
    for grant in grants_of(user):
        if grant.cluster_id == cluster_id and grant.role >= role:
            if not grant.namespaces:
                return None
            names.update(grant.namespaces)
    return frozenset(names)


def may(user: Person, role: Role, cluster: Cluster | int, namespace: str | None = None) -> bool:
    """Whether `user` has `role` in the namespace; without one, in the whole cluster."""
    names = namespaces_for(user, role, cluster)
    return names is None or (namespace is not None and namespace in names)


def may_anywhere(user: Person, role: Role, cluster: Cluster | int) -> bool:
    """Whether `user` has `role` in at least one namespace of the cluster."""
    names = namespaces_for(user, role, cluster)
    return names is None or bool(names)


def visible_clusters(user: Person) -> QuerySet[Cluster]:
    """The clusters of which `user` may see anything."""
    if user.is_active and user.is_superuser:
        return Cluster.objects.all()
    return Cluster.objects.filter(pk__in={grant.cluster_id for grant in grants_of(user)})


def visible(user: Person, queryset: QuerySet[Row], cluster: Cluster) -> QuerySet[Row]:
    """The rows of a cached kind in `cluster` that `user` may see.

    Cluster-scoped objects need a grant for the whole cluster; a namespace is seen by whoever may see into it.
    """
    rows = queryset.filter(cluster=cluster)
    names = namespaces_for(user, Role.VIEW, cluster)
    if names is None:
        return rows
    if issubclass(queryset.model, CLUSTER_SCOPED):
        return rows.none()
    if issubclass(queryset.model, Namespace):
        return rows.filter(name__in=names)
    return rows.filter(namespace__in=names)


def cluster_or_404(user: Person, slug: str) -> Cluster:
    """The cluster, if it exists and `user` may see anything of it; raises Http404 alike where not."""
    cluster = visible_clusters(user).filter(slug=slug).first()
    if cluster is None:
        raise Http404("There is no such cluster, or it is not shown to you.")
    return cluster


def allowed_cluster(user: Person, role: Role, slug: str, namespace: str | None = None) -> Cluster:
    """The cluster if `user` has `role` in `namespace` (None: anywhere in it); raises Http404 where not."""
    cluster = cluster_or_404(user, slug)
    allowed = may(user, role, cluster, namespace) if namespace else may_anywhere(user, role, cluster)
    if not allowed:
        raise Http404("There is no such object, or it is not shown to you.")
    return cluster


def public(view: View) -> View:
    """Declares a view that anybody may call, signed in or not."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def own_rule(view: View) -> View:
    """Declares a view that decides by itself whom to answer, and is not there for others."""
    view.access = Access(own_rule=True)  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Lets signed-in people through; others are sent to sign in and come back."""
    return _guard(view, SIGNED_IN, lambda request, kwargs: kwargs)


def requires(role: Role) -> Callable[[View], View]:
    """Lets through whoever has `role` in the route's `slug` and, where it names one, `namespace`; else 404.

    The view is called with `cluster` (the row) in place of `slug`.
    """

    def check(request: HttpRequest, kwargs: dict[str, Any]) -> dict[str, Any]:
        cluster = allowed_cluster(request.user, role, kwargs.pop("slug"), kwargs.get("namespace"))
        return {"cluster": cluster, **kwargs}

    return lambda view: _guard(view, Access(role=role), check)


def _kept_nowhere(response: HttpResponseBase) -> HttpResponseBase:
    """Pages for one person are not kept by the browser: after signing out, Back shows none of them."""
    patch_cache_control(response, private=True, no_store=True)
    return response


def _guard(view: View, access: Access, check: Callable[[HttpRequest, dict[str, Any]], dict[str, Any]]) -> View:
    def admitted(request: HttpRequest, kwargs: dict[str, Any]) -> dict[str, Any] | None:
        signed = request.user.is_authenticated and request.user.is_active
        return check(request, kwargs) if signed else None

    if iscoroutinefunction(view):

        @wraps(view)
        async def async_guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            passed = await sync_to_async(admitted)(request, kwargs)
            if passed is None:
                return redirect_to_login(request.get_full_path())
            return _kept_nowhere(await view(request, **passed))

        async_guarded.access = access  # type: ignore[attr-defined]
        return async_guarded

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        passed = admitted(request, kwargs)
        if passed is None:
            return redirect_to_login(request.get_full_path())
        return _kept_nowhere(view(request, **passed))

    guarded.access = access  # type: ignore[attr-defined]
    return guarded
