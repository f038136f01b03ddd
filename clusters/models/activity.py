"""What people did, and the shells they have open."""

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
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=["-at", "-id"], name="activity_at"),
            models.Index(fields=["act", "-at"], name="activity_act"),
            models.Index(fields=["username", "-at"], name="activity_username"),
        )

    def __str__(self) -> str:
        return f"{self.username} {self.act}"


class TerminalSession(models.Model):
    """A shell we started in a container, kept until it is known to be gone.

    The shell's environment carries `PILOTHOUSE_SESSION=<id>`, so any process of ours can end what it left behind.
    `owner` is the id of the server process that holds it and `seen` its last sign of life.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="terminal_sessions")
    namespace = models.CharField(max_length=253)
    pod = models.CharField(max_length=253)
    pod_uid = models.CharField(max_length=64)
    container = models.CharField(max_length=253)
    owner = models.CharField(max_length=100)
    started = models.DateTimeField(auto_now_add=True)
    seen = models.DateTimeField(auto_now_add=True)
    ended = models.DateTimeField(null=True)
    exit_code = models.IntegerField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = (models.Index(fields=["ended", "seen"], name="terminal_session_open"),)

    def __str__(self) -> str:
        return f"{self.namespace}/{self.pod}/{self.container}"
