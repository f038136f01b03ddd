"""What people do, announced as signals and written down as activity.

Whoever opens a shell or changes a cluster only announces it; the receivers below are the only writers of `Activity`.
Send from code that may touch the database: from the event loop by `clusters.threads.write`.
"""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import Signal, receiver
from django.http import HttpRequest

from clusters.models import Activity, Cluster

# Sent with: user, address, cluster, namespace, pod, container; the closed ones with duration and detail too.
log_opened = Signal()
log_closed = Signal()
shell_opened = Signal()
shell_closed = Signal()
shell_watched = Signal()
debug_container_added = Signal()
# Sent with: user (None: nobody, it happened by itself), address, cluster, namespace, pod, container, detail.
recording_watched = Signal()
recording_saved = Signal()
recording_failed = Signal()
recording_removed = Signal()
# Sent with: user (None: the person at the server's shell), address, cluster, detail.
cluster_added = Signal()
cluster_changed = Signal()
cluster_removed = Signal()

STREAM_ACTS = (
    (log_opened, Activity.Act.LOG_OPENED),
    (log_closed, Activity.Act.LOG_CLOSED),
    (shell_opened, Activity.Act.SHELL_OPENED),
    (shell_closed, Activity.Act.SHELL_CLOSED),
    (shell_watched, Activity.Act.SHELL_WATCHED),
    (debug_container_added, Activity.Act.DEBUG_CONTAINER),
    (recording_watched, Activity.Act.RECORDING_WATCHED),
    (recording_saved, Activity.Act.RECORDING_SAVED),
    (recording_failed, Activity.Act.RECORDING_FAILED),
    (recording_removed, Activity.Act.RECORDING_REMOVED),
)
CLUSTER_ACTS = (
    (cluster_added, Activity.Act.CLUSTER_ADDED),
    (cluster_changed, Activity.Act.CLUSTER_CHANGED),
    (cluster_removed, Activity.Act.CLUSTER_REMOVED),
)
AT_THE_SHELL = "(server shell)"
UNKNOWN = "(unknown)"


def client_address(request: HttpRequest | None) -> str | None:
    """The address that the connection came from; headers that a client could forge are not believed."""
    return (request.META.get("REMOTE_ADDR") or None) if request else None


@receiver(user_logged_in)
def note_sign_in(user: User, request: HttpRequest | None = None, **kwargs: Any) -> None:
    note(Activity.Act.SIGNED_IN, user=user, address=client_address(request))


@receiver(user_logged_out)
def note_sign_out(user: User | None, request: HttpRequest | None = None, **kwargs: Any) -> None:
    if user is not None:
        note(Activity.Act.SIGNED_OUT, user=user, address=client_address(request))


@receiver(user_login_failed)
def note_failed_sign_in(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Nothing is written while the name is locked out: guessing on must not fill the table."""
    # Axes' own receiver is connected after this one: the failure that locks is still written.
    if getattr(request, "axes_locked_out", False):
        return
    typed = str(credentials.get("username", ""))
    # What is nobody's name may be a password in the wrong field.
    username = typed if User.objects.filter(username=typed).exists() else UNKNOWN
    Activity.objects.create(act=Activity.Act.SIGN_IN_FAILED, username=username, address=client_address(request))


def note(
    act: Activity.Act,
    *,
    user: User | None,
    address: str | None,
    cluster: Cluster | None = None,
    namespace: str = "",
    pod: str = "",
    container: str = "",
    duration: timedelta | None = None,
    detail: str = "",
) -> None:
    """Writes one row of activity; `detail` is cut to what the column holds and must carry no secret."""
    Activity.objects.create(
        act=act,
        user=user,
        username=user.get_username() if user else AT_THE_SHELL,
        address=address,
        cluster_name=cluster.name if cluster else "",
        namespace=namespace,
        pod=pod,
        container=container,
        duration=duration,
        detail=detail[:500],
    )


def _written_as(act: Activity.Act, fields: tuple[str, ...]) -> Any:
    def write(sender: object, **kwargs: Any) -> None:
        note(act, **{field: kwargs[field] for field in fields if field in kwargs})

    return write


_WHO = ("user", "address", "cluster", "detail")
for _signal, _act in STREAM_ACTS:
    _signal.connect(_written_as(_act, (*_WHO, "namespace", "pod", "container", "duration")), weak=False)
for _signal, _act in CLUSTER_ACTS:
    _signal.connect(_written_as(_act, _WHO), weak=False)
