"""Who may do what: the only permission code. Deny by default.

Every view declares its audience with one of the decorators here, every socket with the attribute `access`; a test lists
all routes and fails on one that declares nothing. Something that a user may not see answers exactly as something that
is not there; where he may see it and lacks another right, he is told which.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.contrib.auth.models import AnonymousUser, Group, User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.lookups import Exact, In
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control

from clusters.models import Cluster, Grant, Namespace, Node, Recording, Role
from clusters.planning import Unindexed
from clusters.prepared import Prepared

Person = User | AnonymousUser
Row = TypeVar("Row", bound=Model)
View = Callable[..., Any]

CLUSTER_SCOPED: tuple[type[Model], ...] = (Node,)


@dataclass(frozen=True)
class Access:
    """The audience of a route. `role` None: no cluster is involved. `permission`: a right of Django's, given in admin.
    `own_rule`: the view itself decides."""

    public: bool = False
    role: Role | None = None
    permission: str = ""
    own_rule: bool = False


PUBLIC = Access(public=True)
SIGNED_IN = Access()
WATCH_RECORDINGS = "clusters.watch_recording"


DEEDS = {Role.LOGS: "read logs", Role.SHELL: "open shells", Role.OPERATE: "change what runs", Role.ADMIN: "administer"}
"""What a role lets people do, besides what those before it let them."""


class MissingRight(PermissionDenied):
    """Somebody may see a place and not do this there; the message says which right he lacks.

    Never raised about what he may not see: that is not there for him.
    """

    def __init__(self, role: Role, place: str) -> None:
        super().__init__(
            f"You may not {DEEDS[role]} in {place}. Missing right: {role.name.lower()}; an admin can grant it."
        )


def grants_of(user: Person) -> list[Grant]:
    """The user's grants, his own and his groups', asked once per user instance (that is: per request)."""
    if not user.is_authenticated or not user.is_active:
        return []
    known: list[Grant] | None = getattr(user, "_pilothouse_grants", None)
    if known is None:
        known = _grants(user.pk)
        user._pilothouse_grants = known  # type: ignore[attr-defined]
    return known


def _of_person(pk: int) -> QuerySet[Grant]:
    mine = Q(user=pk) | Q(group__in=Group.objects.filter(user=pk))
    return Grant.objects.filter(mine).only("cluster_id", "namespaces", "role")


_grants = Prepared(_of_person, 1)


_shared_clusters: ContextVar[dict[str, Cluster | None] | None] = ContextVar("shared clusters", default=None)


@contextmanager
def asked_together(users: Iterable[User]) -> Iterator[None]:
    """Within, what is asked of many users is looked up once for all of them: their grants, and each cluster by slug."""
    known = {user.pk: user for user in users}
    for pk, grants in _grants_of_all(known).items():
        known[pk]._pilothouse_grants = grants  # type: ignore[attr-defined]
    token = _shared_clusters.set({})
    try:
        yield
    finally:
        _shared_clusters.reset(token)


def _grants_of_all(users: Iterable[int]) -> dict[int, list[Grant]]:
    pks = list(users)
    found: dict[int, list[Grant]] = {pk: [] for pk in pks}
    members: defaultdict[int | None, list[int]] = defaultdict(list)
    for user, group in User.groups.through.objects.filter(user__in=pks).values_list("user", "group"):
        members[group].append(user)
    granted = Q(user__in=pks) | Q(group__in=list(members))
    for grant in Grant.objects.filter(granted).only("cluster_id", "namespaces", "role", "user_id", "group_id"):
        for pk in members[grant.group_id] if grant.user_id is None else [grant.user_id]:
            found[pk].append(grant)
    return found


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


def _seen_clusters(user: Person) -> frozenset[int] | None:
    """The ids of the clusters of which `user` may see anything; None: all."""
    if user.is_active and user.is_superuser:
        return None
    return frozenset(grant.cluster_id for grant in grants_of(user))


def visible_clusters(user: Person) -> QuerySet[Cluster]:
    """The clusters of which `user` may see anything."""
    ids = _seen_clusters(user)
    return Cluster.objects.all() if ids is None else Cluster.objects.filter(pk__in=ids)


def known_clusters(user: Person) -> list[Cluster]:
    """The same by name, for showing: their connections are not read."""
    ids = _seen_clusters(user)
    return [cluster for cluster in _clusters() if ids is None or cluster.pk in ids]


_clusters = Prepared(lambda: Cluster.objects.defer("sealed_connection"), 0)
_cluster_of_slug = Prepared(lambda slug: Cluster.objects.filter(slug=slug), 1)


def visible(
    user: Person, queryset: QuerySet[Row], cluster: Cluster, *, unindexed: Container[str] = ()
) -> QuerySet[Row]:
    """The rows of a cached kind in `cluster` that `user` may see.

    Cluster-scoped objects need a grant for the whole cluster; a namespace is seen by whoever may see into it.
    `unindexed` names the columns by which the rows are not to be looked up, where the caller knows a shorter way.
    """

    def column(name: str) -> Combinable:
        return Unindexed(name) if name in unindexed else F(name)

    rows = queryset.filter(Exact(column("cluster"), cluster.pk))
    names = namespaces_for(user, Role.VIEW, cluster)
    if names is None:
        return rows
    if issubclass(queryset.model, CLUSTER_SCOPED):
        return rows.none()
    seen_by = "name" if issubclass(queryset.model, Namespace) else "namespace"
    return rows.filter(In(column(seen_by), names))


def may_list(user: Person, model: type[Model], cluster: Cluster) -> bool:
    """Whether there can be rows of the kind in `cluster` that `user` may see; nodes belong to the whole cluster."""
    return not issubclass(model, CLUSTER_SCOPED) or may(user, Role.VIEW, cluster)


def visible_recordings(user: Person) -> QuerySet[Recording]:
    """The recordings that `user` may watch: with the right to it, those of namespaces that he may see."""
    if user.is_active and user.is_superuser:
        return Recording.objects.all()
    if not user.has_perm(WATCH_RECORDINGS):
        return Recording.objects.none()
    seen = Q(pk__in=[])
    for cluster_id in {grant.cluster_id for grant in grants_of(user)}:
        names = namespaces_for(user, Role.VIEW, cluster_id)
        seen |= Q(cluster=cluster_id) if names is None else Q(cluster=cluster_id, namespace__in=names)
    return Recording.objects.filter(seen)


def cluster_or_404(user: Person, slug: str) -> Cluster:
    """The cluster, if it exists and `user` may see anything of it; raises Http404 alike where not."""
    ids, cluster = _seen_clusters(user), _cluster(slug)
    if cluster is None or not (ids is None or cluster.pk in ids):
        raise Http404("There is no such cluster, or it is not shown to you.")
    return cluster


def _cluster(slug: str) -> Cluster | None:
    shared = _shared_clusters.get()
    if shared is None:
        return next(iter(_cluster_of_slug(slug)), None)
    if slug not in shared:
        shared[slug] = next(iter(_cluster_of_slug(slug)), None)
    return shared[slug]


def allowed_cluster(user: Person, role: Role, slug: str, namespace: str | None = None) -> Cluster:
    """The cluster if `user` has `role` in `namespace` (None: anywhere in it).

    Raises MissingRight where he may only see what is there, and Http404 where he may not even see it.
    """
    cluster = cluster_or_404(user, slug)
    if _may_in(user, role, cluster, namespace):
        return cluster
    if _may_in(user, Role.VIEW, cluster, namespace):
        raise MissingRight(role, namespace or cluster.name)
    raise Http404("There is no such object, or it is not shown to you.")


def _may_in(user: Person, role: Role, cluster: Cluster, namespace: str | None) -> bool:
    return may(user, role, cluster, namespace) if namespace else may_anywhere(user, role, cluster)


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
    """Lets through whoever has `role` in the route's `slug` and, where it names one, `namespace`; else 404, or 403 for
    one who may see it.

    The view is called with `cluster` (the row) in place of `slug`.
    """

    def check(request: HttpRequest, kwargs: dict[str, Any]) -> dict[str, Any]:
        cluster = allowed_cluster(request.user, role, kwargs.pop("slug"), kwargs.get("namespace"))
        return {"cluster": cluster, **kwargs}

    return lambda view: _guard(view, Access(role=role), check)


def permitted(permission: str) -> Callable[[View], View]:
    """Lets through whoever has the right in Django, such as WATCH_RECORDINGS; else 404."""

    def check(request: HttpRequest, kwargs: dict[str, Any]) -> dict[str, Any]:
        if not request.user.has_perm(permission):
            raise Http404("There is no such page, or it is not shown to you.")
        return kwargs

    return lambda view: _guard(view, Access(permission=permission), check)


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
