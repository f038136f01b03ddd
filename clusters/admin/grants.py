"""Grants: on their own, and beside the user or group that they are for."""

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User

from clusters.models import Grant

DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")

if TYPE_CHECKING:
    GrantModelForm = forms.ModelForm[Grant]
    GrantModelAdmin = admin.ModelAdmin[Grant]
    GrantTabularInline = admin.TabularInline[Grant, Any]
else:
    GrantModelForm, GrantModelAdmin, GrantTabularInline = forms.ModelForm, admin.ModelAdmin, admin.TabularInline


class NamespacesField(forms.CharField):
    """Names of namespaces as a person types them, `payments, web`; a list of names as stored."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        names = sorted(set(re.split(r"[\s,]+", text)) - {""})
        if text and not names:
            raise forms.ValidationError("Name a namespace, or leave this empty to mean the whole cluster.")
        for name in names:
            if not DNS_LABEL.fullmatch(name):
                raise forms.ValidationError(f"“{name}” cannot be the name of a namespace: use a-z, 0-9 and “-”.")
        return names

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool((initial or []) != self.to_python(data))
        except forms.ValidationError:
            # Cleaning comes later, and says what is wrong.
            return True


class GrantForm(GrantModelForm):
    namespaces = NamespacesField(
        required=False, help_text="For example: payments, web. Empty: the whole cluster, its nodes included."
    )

    class Meta:
        model = Grant
        fields = ("user", "group", "cluster", "namespaces", "role")


@admin.register(Grant)
class GrantAdmin(GrantModelAdmin):
    form = GrantForm
    list_display = ("who", "cluster", "where", "role")
    list_filter = ("cluster", "role", "group")
    list_select_related = ("cluster", "user", "group")
    search_fields = ("user__username", "group__name", "cluster__name")
    autocomplete_fields = ("user", "group")

    @admin.display(description="for", ordering="user__username")
    def who(self, grant: Grant) -> str:
        return f"user {grant.user}" if grant.user else f"group {grant.group}"

    @admin.display(description="namespaces")
    def where(self, grant: Grant) -> str:
        return ", ".join(grant.namespaces) or "all, and the cluster itself"


class GrantInline(GrantTabularInline):
    model = Grant
    form = GrantForm
    fields = ("cluster", "namespaces", "role")
    extra = 0


admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class PersonAdmin(UserAdmin[User]):
    list_display = ("username", "first_name", "last_name", "email", "is_active", "is_superuser", "last_login")
    inlines = (GrantInline,)


@admin.register(Group)
class TeamAdmin(GroupAdmin):
    inlines = (GrantInline,)
