"""Which address leads to which page."""

from django.contrib import admin
from django.urls import path

from dashboard.views import status

urlpatterns = [
    path("admin/", admin.site.urls),
    path("healthz", status.healthz, name="healthz"),
    path("readyz", status.readyz, name="readyz"),
    path("metrics", status.prometheus, name="metrics"),
]
