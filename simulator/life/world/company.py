"""The workloads of Kestrel Outdoor, namespace by namespace. `history` says how they came to be."""

import base64

from simulator.kinds import Object
from simulator.life.world.manifests import (
    REGISTRY,
    alone,
    config_map,
    container,
    cron_job,
    daemon_set,
    deployment,
    env_from,
    labels,
    pod_spec,
    service,
    stateful_set,
)

NAMESPACES = ("shop", "payments", "warehouse", "analytics")
"""With "default", where the tutorial's deployment lives, these are five."""

MADE_UP = "only-a-demo"
"""Stands in every secret."""


def _secret(name: str, namespace: str, **data: str) -> Object:
    """A secret; what is in it is as made up as the company."""
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "data": encoded}


def tutorial() -> list[Object]:
    """What Kubernetes' own tutorial has people create."""
    labelled = {"app": "kubernetes-bootcamp"}
    image = "gcr.io/google-samples/kubernetes-bootcamp:v1"
    spec = alone("kubernetes-bootcamp", image)
    made = deployment("kubernetes-bootcamp", "default", 1, labels("kubernetes-bootcamp", "", ""), spec)
    made["metadata"]["labels"] = labelled
    made["spec"] |= {
        "selector": {"matchLabels": labelled},
        "template": {"metadata": {"labels": labelled}, "spec": spec},
    }
    door = service("kubernetes-bootcamp", "default", "10.96.88.14", labels("kubernetes-bootcamp", "", ""), (8080, 8080))
    door["metadata"]["labels"] = labelled
    door["spec"] |= {"type": "NodePort", "selector": labelled}
    door["spec"]["ports"][0] |= {"nodePort": 31644}
    return [made, door]


def shop() -> list[Object]:
    """What customers see."""
    storefront = labels("storefront", "shop", "frontend", "5.8.2")
    cart = labels("cart", "shop", "backend", "2.3.0")
    search = labels("product-search", "shop", "search", "1.19.4")
    recommendations = labels("recommendations", "shop", "machine-learning", "0.42.0")
    cache = labels("cart-cache", "shop", "cache", "8.2")
    return [
        config_map("storefront", "shop", LOG_LEVEL="info", CATALOGUE_URL="http://product-search", CURRENCY="EUR"),
        config_map("cart", "shop", LOG_LEVEL="info", REDIS_URL="redis://cart-cache:6379/0", CART_TTL_HOURS="72"),
        _secret("storefront-session", "shop", SESSION_KEY=MADE_UP),
        deployment(
            "storefront",
            "shop",
            3,
            storefront,
            alone(
                "storefront",
                f"{REGISTRY}/shop/storefront:5.8.0",
                port=3000,
                requests="150m 192Mi",
                limits="500m 384Mi",
                ready="/healthz",
                envFrom=env_from("storefront", "storefront-session"),
            ),
        ),
        deployment(
            "cart",
            "shop",
            2,
            cart,
            alone(
                "cart",
                f"{REGISTRY}/shop/cart:2.3.0",
                port=8080,
                requests="100m 128Mi",
                limits="400m 256Mi",
                ready="/ready",
                envFrom=env_from("cart"),
            ),
        ),
        deployment(
            "product-search",
            "shop",
            2,
            search,
            alone(
                "search",
                f"{REGISTRY}/shop/product-search:1.19.3",
                port=9200,
                requests="250m 512Mi",
                limits="1 768Mi",
                ready="/_health",
            ),
        ),
        deployment(
            "recommendations",
            "shop",
            1,
            recommendations,
            alone(
                "recommendations",
                f"{REGISTRY}/shop/recommendations:0.41.2",
                port=8000,
                requests="200m 256Mi",
                limits="800m 512Mi",
                ready="/healthz",
            ),
        ),
        stateful_set(
            "cart-cache",
            "shop",
            1,
            cache,
            alone("redis", "docker.io/library/redis:8.2-alpine", port=6379, requests="50m 96Mi", limits="200m 192Mi"),
            size="2Gi",
        ),
        service("storefront", "shop", "10.96.12.40", storefront, (80, 3000)),
        service("cart", "shop", "10.96.57.112", cart, (80, 8080)),
        service("product-search", "shop", "10.96.201.9", search, (80, 9200)),
        service("recommendations", "shop", "10.96.33.71", recommendations, (80, 8000)),
        service("cart-cache", "shop", "10.96.140.22", cache, (6379, 6379)),
        _ingress(),
        _budget("storefront", "shop", 2),
    ]


def payments() -> list[Object]:
    """What may not go wrong."""
    checkout = labels("checkout-api", "payments", "backend", "3.11.1")
    fraud = labels("fraud-check", "payments", "backend", "1.7.0")
    database = labels("ledger-db", "payments", "database", "17.6")
    settle = labels("settle-payments", "payments", "batch", "1.4.2")
    proxy = container("mesh-proxy", "docker.io/envoyproxy/envoy:v1.35.3", requests="50m 64Mi", limits="200m 128Mi")
    wait = container("wait-for-ledger", "docker.io/library/busybox:1.37", requests="10m 16Mi", limits="50m 32Mi")
    return [
        config_map("checkout-api", "payments", LOG_LEVEL="info", LEDGER_HOST="ledger-db", PROVIDER="acme-pay"),
        _secret("ledger-db", "payments", POSTGRES_USER="ledger", POSTGRES_PASSWORD=MADE_UP),
        _secret("acme-pay", "payments", API_KEY=MADE_UP),
        stateful_set(
            "ledger-db",
            "payments",
            2,
            database,
            alone(
                "postgres",
                "docker.io/library/postgres:17.6",
                port=5432,
                requests="250m 512Mi",
                limits="1 1Gi",
                envFrom=env_from("", "ledger-db"),
            ),
            size="20Gi",
        ),
        deployment(
            "checkout-api",
            "payments",
            3,
            checkout,
            alone(
                "checkout-api",
                f"{REGISTRY}/payments/checkout-api:3.11.0",
                port=8080,
                requests="250m 512Mi",
                limits="1 768Mi",
                ready="/actuator/health",
                envFrom=env_from("checkout-api", "acme-pay"),
            ),
        ),
        deployment(
            "fraud-check",
            "payments",
            1,
            fraud,
            pod_spec(
                [
                    container(
                        "fraud-check",
                        f"{REGISTRY}/payments/fraud-check:1.7.0",
                        port=8080,
                        requests="200m 384Mi",
                        limits="800m 640Mi",
                        ready="/actuator/health",
                    )
                ],
                initContainers=[wait, {**proxy, "restartPolicy": "Always"}],
            ),
        ),
        service("checkout-api", "payments", "10.96.77.18", checkout, (80, 8080)),
        service("fraud-check", "payments", "10.96.9.203", fraud, (80, 8080)),
        service("ledger-db", "payments", "10.96.250.61", database, (5432, 5432)),
        cron_job(
            "settle-payments",
            "payments",
            "*/15 * * * *",
            settle,
            alone("settle", f"{REGISTRY}/payments/settle-payments:1.4.2", requests="100m 128Mi", limits="500m 256Mi"),
        ),
        _budget("checkout-api", "payments", 2),
    ]


def warehouse() -> list[Object]:
    """What packs and ships."""
    stock = labels("stock-service", "warehouse", "backend", "4.0.3")
    printer = labels("label-printer", "warehouse", "worker", "1.2.0")
    queue = labels("picking-queue", "warehouse", "queue", "4.1")
    sync = labels("stock-sync", "warehouse", "batch", "2.0.1")
    return [
        config_map("stock-service", "warehouse", LOG_LEVEL="info", QUEUE_URL="amqp://picking-queue:5672"),
        config_map("label-printer", "warehouse", LOG_LEVEL="debug", PRINTER_HOST="zebra-2.warehouse.kestrel.example"),
        stateful_set(
            "picking-queue",
            "warehouse",
            1,
            queue,
            alone("rabbitmq", "docker.io/library/rabbitmq:4.1", port=5672, requests="150m 256Mi", limits="500m 512Mi"),
            size="5Gi",
        ),
        deployment(
            "stock-service",
            "warehouse",
            2,
            stock,
            alone(
                "stock-service",
                f"{REGISTRY}/warehouse/stock-service:4.0.2",
                port=8080,
                requests="200m 384Mi",
                limits="800m 640Mi",
                ready="/actuator/health",
                envFrom=env_from("stock-service"),
            ),
        ),
        deployment(
            "label-printer",
            "warehouse",
            1,
            printer,
            alone(
                "label-printer",
                f"{REGISTRY}/warehouse/print-worker:1.1.4",
                requests="50m 96Mi",
                limits="200m 192Mi",
                envFrom=env_from("label-printer"),
            ),
        ),
        service("stock-service", "warehouse", "10.96.164.5", stock, (80, 8080)),
        service("picking-queue", "warehouse", "10.96.18.99", queue, (5672, 5672)),
        cron_job(
            "stock-sync",
            "warehouse",
            "*/5 * * * *",
            sync,
            alone("stock-sync", f"{REGISTRY}/warehouse/stock-sync:2.0.1", requests="100m 96Mi", limits="400m 192Mi"),
        ),
    ]


def analytics() -> list[Object]:
    """What nobody misses for an hour."""
    reports = labels("sales-reports", "analytics", "backend", "0.9.7")
    clicks = labels("clickstream-agent", "analytics", "agent", "3.2")
    forecast = labels("demand-forecast", "analytics", "machine-learning", "0.3.0")
    return [
        config_map("sales-reports", "analytics", TIMEZONE="Europe/Berlin", LOG_LEVEL="warning"),
        deployment(
            "sales-reports",
            "analytics",
            1,
            reports,
            alone(
                "reports",
                f"{REGISTRY}/analytics/sales-reports:0.9.6",
                port=8000,
                requests="100m 256Mi",
                limits="500m 512Mi",
                ready="/healthz",
                envFrom=env_from("sales-reports"),
            ),
            strategy={"type": "Recreate"},
        ),
        deployment(
            "demand-forecast",
            "analytics",
            1,
            forecast,
            pod_spec(
                [container("trainer", f"{REGISTRY}/analytics/demand-forecast:0.3.0", requests="2 6Gi", limits="4 8Gi")],
                nodeSelector={"kestrel.example/accelerator": "gpu"},
            ),
        ),
        daemon_set(
            "clickstream-agent",
            "analytics",
            clicks,
            alone("agent", "docker.io/fluent/fluent-bit:4.0.8", requests="30m 48Mi", limits="100m 96Mi"),
        ),
        service("sales-reports", "analytics", "10.96.91.150", reports, (80, 8000)),
    ]


def _ingress() -> Object:
    def route(path: str, name: str) -> Object:
        return {"path": path, "pathType": "Prefix", "backend": {"service": {"name": name, "port": {"number": 80}}}}

    paths = [route("/", "storefront"), route("/cart", "cart"), route("/search", "product-search")]
    metadata = {"name": "storefront", "namespace": "shop", "labels": labels("storefront", "shop", "frontend")}
    tls = [{"hosts": ["shop.kestrel.example"], "secretName": "storefront-tls"}]
    rules = [{"host": "shop.kestrel.example", "http": {"paths": paths}}]
    made: Object = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata}
    made["spec"] = {"ingressClassName": "nginx", "rules": rules, "tls": tls}
    made["status"] = {"loadBalancer": {"ingress": [{"ip": "203.0.113.40"}]}}
    return made


def _budget(name: str, namespace: str, available: int) -> Object:
    selector = {"matchLabels": {"app.kubernetes.io/name": name}}
    metadata = {"name": name, "namespace": namespace, "labels": {"app.kubernetes.io/name": name}}
    made: Object = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": metadata}
    return {**made, "spec": {"minAvailable": available, "selector": selector}}
