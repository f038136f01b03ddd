"""What a person has chosen about how pages look."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import models, transaction


class Preference(models.Model):
    """One row per person who has chosen something; `of` gives the defaults to everybody else."""

    class Theme(models.TextChoices):
        AUTO = "auto", "As the system"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    class Density(models.TextChoices):
        TIGHT = "tight", "Tight"
        NORMAL = "normal", "Normal"
        ROOMY = "roomy", "Roomy"

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="preference")
    theme = models.CharField(max_length=5, choices=Theme, default=Theme.AUTO)
    density = models.CharField(max_length=6, choices=Density, default=Density.NORMAL)
    single_keys = models.BooleanField(default=True, help_text="Keys without Ctrl work (WCAG 2.1.4).")
    columns: models.JSONField[dict[str, list[str]], dict[str, list[str]]] = models.JSONField(
        default=dict, blank=True, help_text="Column keys by kind, in the order chosen."
    )

    def __str__(self) -> str:
        return f"How {self.user} likes it"

    @classmethod
    def of(cls, user: User | AnonymousUser) -> "Preference":
        """The preferences of `user`: kept ones, or the defaults, unsaved."""
        if not user.is_authenticated:
            return cls()
        # Django keeps the related row on the user, and that there is none.
        kept: Preference | None = getattr(user, "preference", None)
        return kept or cls(user=user)

    @classmethod
    def keep(cls, user: User, **chosen: Any) -> None:
        """Changes what is named in `chosen`, leaves the rest. Raises ValidationError for an unknown value."""
        preference = cls(user=user, **chosen)
        preference.clean_fields(exclude=["user"])
        if chosen:
            cls.objects.update_or_create(user=user, defaults=chosen)

    @classmethod
    def keep_columns(cls, user: User, kind: str, keys: list[str]) -> None:
        """Changes the columns of one kind, none being the first ones, and leaves those of the other kinds."""
        with transaction.atomic():
            # Another tab may be changing another kind's: whoever comes second waits for the row.
            kept, _ = cls.objects.select_for_update().get_or_create(user=user)
            kept.columns = {name: chosen for name, chosen in {**kept.columns, kind: keys}.items() if chosen}
            kept.save(update_fields=["columns"])
