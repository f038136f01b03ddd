"""Which address leads to which page."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from clusters.access import public
from dashboard.views import (
    cluster,
    debug,
    deployments,
    errors,
    find,
    fleet,
    log_file,
    logs,
    nodes,
    pods,
    preferences,
    recordings,
    shell,
    shells,
    status,
    tables,
    tickets,
    yaml,
)

sign_in = LoginView.as_view(template_name="registration/sign_in.html", redirect_authenticated_user=True)

urlpatterns = [
    path("", fleet.fleet, name="fleet"),
    path("sign-in/", public(sign_in), name="sign-in"),
    path("sign-out/", public(LogoutView.as_view()), name="sign-out"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("shells/", shells.shells, name="shells"),
    path("shells/<uuid:session>/", shells.shell, name="shell"),
    path("shells/<uuid:session>/end/", shells.end, name="shell-end"),
    path("shells/<uuid:session>/name/", shells.name, name="shell-name"),
    path("ticket/", tickets.ticket, name="ticket"),
    path("find/", find.find, name="find"),
    path("recordings/", recordings.recordings, name="recordings"),
    path("recordings/<uuid:session>/", recordings.recording, name="recording"),
    path("recordings/<uuid:session>/parts/", recordings.parts, name="recording-parts"),
    path("recordings/<uuid:session>/parts/<int:number>/", recordings.part, name="recording-part"),
    path("recordings/<uuid:session>/find/", recordings.find, name="recording-find"),
    path("recordings/<uuid:session>/file/", recordings.file, name="recording-file"),
    path("clusters/<slug:slug>/", cluster.cluster, name="cluster"),
    path("clusters/<slug:slug>/nodes/<str:name>/", nodes.node, name="node"),
    path("clusters/<slug:slug>/deployments/<str:namespace>/<str:name>/", deployments.deployment, name="deployment"),
    path("clusters/<slug:slug>/pods/<str:namespace>/<str:name>/", pods.pod, name="pod"),
    path("clusters/<slug:slug>/logs/", logs.logs, name="logs"),
    path("clusters/<slug:slug>/pods/<str:namespace>/<str:name>/logs/", logs.pod_logs, name="pod-logs"),
    path("clusters/<slug:slug>/pods/<str:namespace>/<str:name>/shell/", shell.shell, name="pod-shell"),
    path("clusters/<slug:slug>/shell/", shell.workload_shell, name="workload-shell"),
    path("clusters/<slug:slug>/logs/file/", log_file.selected_file, name="log-file"),
    path("clusters/<slug:slug>/pods/<str:namespace>/<str:name>/run/", shell.run, name="pod-run"),
    path("clusters/<slug:slug>/pods/<str:namespace>/<str:name>/debug/", debug.debug, name="pod-debug"),
    path("clusters/<slug:slug>/<str:kind>/<str:namespace>/<str:name>/yaml/", yaml.manifest, name="yaml"),
    path("clusters/<slug:slug>/<str:kind>/<str:name>/yaml/", yaml.manifest, name="yaml-cluster-scoped"),
    path("clusters/<slug:slug>/<str:kind>/", tables.table, name="table"),
    path("admin/", admin.site.urls),
    path("healthz", status.healthz, name="healthz"),
    path("readyz", status.readyz, name="readyz"),
    path("metrics", status.prometheus, name="metrics"),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
