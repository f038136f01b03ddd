"""Who may do what where. Read only through `clusters.access`."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models

from clusters.models.cluster import Cluster


class Role(models.IntegerChoices):
    """Each role includes the ones before it."""

    VIEW = 1, "View"
    LOGS = 2, "View and logs"
    SHELL = 3, "View, logs and shell"
    OPERATE = 4, "Operate"
    ADMIN = 5, "Admin"


class Grant(models.Model):
    """A role for a user or a group in one cluster, in the namespaces named or in all of it.

    An empty `namespaces` list means the whole cluster, cluster-scoped objects such as nodes included.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="grants")
    group = models.ForeignKey(Group, models.CASCADE, null=True, blank=True, related_name="grants")
    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="grants")
    namespaces = models.JSONField(
        default=list, blank=True, help_text="Names of namespaces; empty for the whole cluster."
    )
    role = models.PositiveSmallIntegerField(choices=Role, default=Role.VIEW)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(user__isnull=False, group__isnull=True)
                | models.Q(user__isnull=True, group__isnull=False),
                name="grant_is_for_a_user_or_a_group",
                violation_error_message="Choose a user or a group, not both.",
            ),
        )

    def __str__(self) -> str:
        where = ", ".join(self.namespaces) or "all namespaces"
        return f"{self.user or self.group}: {self.get_role_display()} in {self.cluster}, {where}"
