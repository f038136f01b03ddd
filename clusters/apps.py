from django.apps import AppConfig
from django.db.backends.signals import connection_created


class ClustersConfig(AppConfig):
    name = "clusters"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from clusters import checks, leases, signals  # noqa: F401  # registers checks and receivers

        connection_created.connect(leases.settle_connection)
