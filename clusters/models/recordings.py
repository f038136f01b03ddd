"""Recordings of shells: what is known of each, and where its parts are kept."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.urls import reverse

from clusters.models.cluster import Cluster, RecordingPolicy


class Recording(models.Model):
    """One recorded shell. Outlives its cluster and its user; only retention takes it away.

    The id is that of its TerminalSession. `seal` is made at the end and covers all that is said here
    (`clusters.recordings.sealed`).
    """

    id = models.UUIDField(primary_key=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    username = models.CharField(max_length=150)
    cluster = models.ForeignKey(Cluster, models.SET_NULL, null=True, related_name="recordings")
    cluster_name = models.CharField(max_length=100)
    namespace = models.CharField(max_length=253)
    pod = models.CharField(max_length=253)
    container = models.CharField(max_length=253)
    command = models.CharField(max_length=1000, blank=True)
    policy = models.CharField(max_length=11, choices=RecordingPolicy)
    with_input = models.BooleanField(default=False)
    columns = models.PositiveSmallIntegerField()
    rows = models.PositiveSmallIntegerField()
    started = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    length = models.PositiveBigIntegerField(default=0, help_text="Milliseconds up to the last thing that was recorded.")
    exit_code = models.IntegerField(null=True)
    broken_off = models.CharField(max_length=300, blank=True, help_text="Why it does not go to the shell's end.")
    printed = models.PositiveBigIntegerField(default=0, help_text="Bytes that were printed.")
    stored = models.PositiveBigIntegerField(default=0, help_text="Bytes in the storage.")
    seal = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-started", "-id")
        permissions = (("watch_recording", "Can watch recordings of shells"),)
        indexes = (
            models.Index(fields=["-started", "-id"], name="recording_newest"),
            models.Index(fields=["ended"], name="recording_open"),
        )

    def __str__(self) -> str:
        return f"{self.username} in {self.namespace}/{self.pod}"

    def get_absolute_url(self) -> str:
        return reverse("recording", args=[self.pk])

    @property
    def duration(self) -> timedelta:
        return timedelta(milliseconds=self.length)


class RecordingChunk(models.Model):
    """A part of a recording: one file in the storage, compressed and encrypted.

    `began` is the moment of the last event before it, from which its first interval counts. `link` continues that of
    the chunk before, so that none can be changed, left out or put elsewhere unseen. `activity` is how many bytes were
    printed in which second. `words` is a sealed filter of what can be found in it; empty where it is not indexed.
    """

    recording = models.ForeignKey(Recording, models.CASCADE, related_name="chunks", db_index=False)
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=200, help_text="Of the file in the storage.")
    began = models.PositiveBigIntegerField(help_text="Milliseconds since the start.")
    ended = models.PositiveBigIntegerField(help_text="Milliseconds since the start.")
    printed = models.PositiveBigIntegerField()
    stored = models.PositiveBigIntegerField()
    link = models.CharField(max_length=64)
    activity = models.JSONField(default=list)
    words = models.BinaryField()

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=["recording", "number"], name="one_recording_chunk_per_number"),)

    def __str__(self) -> str:
        return f"{self.recording_id} {self.number}"
