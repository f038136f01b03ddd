"""What people did. Nobody edits it here."""

from django.contrib import admin

from clusters.admin.readonly import ReadOnlyAdmin
from clusters.models import Activity


@admin.register(Activity)
class ActivityAdmin(ReadOnlyAdmin):
    list_display = ("at", "username", "act", "cluster_name", "namespace", "pod", "container", "duration", "address")
    list_filter = ("act", "cluster_name")
    search_fields = ("username", "namespace", "pod", "address", "detail")
    date_hierarchy = "at"
