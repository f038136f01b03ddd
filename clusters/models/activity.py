"""What people did, and the shells and logs they have open."""

import uuid

from django.conf import settings
from django.db import models

from clusters.models.cluster import Cluster


class Activity(models.Model):
    """One thing that somebody did. Written by `clusters.signals`, never changed afterwards."""

    class Act(models.TextChoices):
        SIGNED_IN = "signed in"
        SIGNED_OUT = "signed out"
        SIGN_IN_FAILED = "sign-in failed"
        LOG_OPENED = "log opened"
        LOG_CLOSED = "log closed"
        SHELL_OPENED = "shell opened"
        SHELL_CLOSED = "shell closed"
        SHELL_WATCHED = "shell watched"
        DEBUG_CONTAINER = "debug container"
        RECORDING_WATCHED = "recording watched"
        RECORDING_SAVED = "recording saved"
        RECORDING_FAILED = "recording failed"
        RECORDING_REMOVED = "recording removed"
        CLUSTER_ADDED = "cluster added"
        CLUSTER_CHANGED = "cluster changed"
        CLUSTER_REMOVED = "cluster removed"

    at = models.DateTimeField(auto_now_add=True)
    act = models.CharField(max_length=20, choices=Act)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    username = models.CharField(max_length=150, help_text="As typed or as it was then; stays when the user is deleted.")
    address = models.GenericIPAddressField(null=True, help_text="Where the request came from.")
    cluster_name = models.CharField(max_length=100, blank=True)
    namespace = models.CharField(max_length=253, blank=True)
    pod = models.CharField(max_length=253, blank=True)
    container = models.CharField(max_length=253, blank=True)
    duration = models.DurationField(null=True, help_text="How long the log or shell was open.")
    detail = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name_plural = "activity"
        # The order in which it happened: a clock that is set back does not change it.
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["-at"], name="activity_moment"),
            models.Index(fields=["act", "-id"], name="activity_of_act"),
            models.Index(fields=["username", "-id"], name="activity_of_user"),
        )

    def __str__(self) -> str:
        return f"{self.username} {self.act}"


class TerminalSession(models.Model):
    """A shell, or another command on a terminal, that we started in a container; kept until it is known to be gone.

    The shell's environment carries `PILOTHOUSE_SESSION=<id>`, so any process of ours can end what it left behind.
    `owner` is the id of the server process that holds it and `seen` its last sign of life; `address` is where the other
    server processes reach that one.
    """

    class Kind(models.TextChoices):
        SHELL = "shell"
        ATTACH = "attach"
        RUN = "run"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="terminal_sessions")
    namespace = models.CharField(max_length=253)
    pod = models.CharField(max_length=253)
    pod_uid = models.CharField(max_length=64)
    container = models.CharField(max_length=253)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SHELL)
    command = models.CharField(max_length=1000, blank=True, help_text="What was asked to run, as one line.")
    name = models.CharField(max_length=60, blank=True, help_text="As its owner calls it.")
    owner = models.CharField(max_length=100)
    address = models.CharField(max_length=300, blank=True, help_text="URL of the process that holds it.")
    sign_in = models.CharField(max_length=40, blank=True, help_text="Key of the session that took it up last.")
    detached = models.DateTimeField(null=True, help_text="Since when no page of its owner shows it.")
    end_asked = models.CharField(max_length=300, blank=True, help_text="Why its owner process is to end it.")
    started = models.DateTimeField(auto_now_add=True)
    seen = models.DateTimeField(auto_now_add=True)
    ended = models.DateTimeField(null=True)
    exit_code = models.IntegerField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    wanted = models.BooleanField(default=False, help_text="Whether somebody asked for its end.")

    class Meta:
        indexes = (models.Index(fields=["ended", "seen"], name="terminal_session_open"),)

    def __str__(self) -> str:
        return f"{self.namespace}/{self.pod}/{self.container}"

    @property
    def runs(self) -> str:
        """What was asked to run, as people read it."""
        return "bash, else sh" if self.kind == self.Kind.SHELL and self.command == "auto" else self.command


class OpenLog(models.Model):
    """A page of logs, or a file of them, that somebody has open (`clusters.streams.open_logs`); goes when it is closed.

    `owner` is the id of the server process that serves it and `seen` its last sign of life. Nothing is locked for it,
    so that opening a log never waits for a cluster that is being deleted: hence no constraints.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+", db_constraint=False)
    cluster = models.ForeignKey(Cluster, models.DO_NOTHING, related_name="+", db_constraint=False)
    owner = models.CharField(max_length=100)
    seen = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)


class UsedTicket(models.Model):
    """A ticket (`clusters.streams.tickets`) that has opened a socket; kept until it would be too old anyway."""

    nonce = models.CharField(max_length=32, primary_key=True)
    used = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return self.nonce
