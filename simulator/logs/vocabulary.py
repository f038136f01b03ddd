"""The words of the logs. All names in them are made up."""

CUSTOMERS = ("c-10482", "c-20917", "c-33109", "c-48120", "c-50077")
SYSTEMS = ("catalog", "payments", "inventory", "mailer", "search", "ledger")
PATHS = (
    "/", "/api/products", "/api/products/1842", "/api/cart", "/api/cart/items", "/api/orders",
    "/api/orders/77310", "/login", "/static/app.js", "/static/app.css", "/favicon.ico", "/search?q=lamp",
)  # fmt: skip
AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.6 Safari/605.1.15",
    "curl/8.15.0",
)
GOOD_NEWS = (
    "order {id} accepted for customer {customer}",
    "served {path} from cache",
    "synchronised {number} products with {system}",
    "session of customer {customer} renewed",
    "sent {number} messages to {system}",
    "refreshed prices of {number} products",
    "price list {id} loaded",
    "payment {id} captured",
)
JOBS = (
    "picked up job {id} (queue: default)",
    "job {id} finished in {ms} ms",
    "rendered report {id} with {number} rows",
    "sent digest to customer {customer}",
    "heartbeat: {number} jobs done, 0 failed",
    "downloaded {number} records from {system}",
)
TROUBLE = (
    "retrying call to {system}, attempt 2 of 5",
    "{system} answered slowly: {ms}0 ms",
    "connection to {system} was reset, reconnecting",
    "cache miss ratio is {number} per mille, above the limit",
    "order {id} was refused by {system}: insufficient stock",
    "rate limit for customer {customer} reached",
)
KLOG = (
    '"Caches are synced" type="*v1.EndpointSlice"',
    '"Watch closed" type="*v1.Node" items={number}',
    '"Syncing" key="shop/catalog" elapsed="{ms}ms"',
    '"Successfully renewed lease" lease="kube-system/kube-scheduler"',
    '"Sync done" service="shop/payments" endpoints={number}',
    '"Reusing cached entry" id="{id}"',
)
JAVA_TRACE = """java.util.concurrent.TimeoutException: no answer to order {id} within 3000 ms
\tat com.example.orders.PaymentClient.capture(PaymentClient.java:88) ~[app.jar:2.4.1]
\tat com.example.orders.OrderService.place(OrderService.java:141) ~[app.jar:2.4.1]
\tat com.example.orders.OrderController.post(OrderController.java:57) ~[app.jar:2.4.1]
\tat java.base/java.lang.Thread.run(Thread.java:1583) ~[na:na]
Caused by: java.net.SocketTimeoutException: Read timed out
\tat java.base/sun.nio.ch.NioSocketImpl.timedRead(NioSocketImpl.java:278) ~[na:na]
\t... 37 common frames omitted
"""
PYTHON_TRACE = """Traceback (most recent call last):
  File "/app/worker/queue.py", line 112, in run
    job.perform()
  File "/app/worker/tasks.py", line 64, in perform
    rows = self.source.fetch(self.query)
  File "/app/worker/source.py", line 31, in fetch
    raise SourceUnavailable(f"no answer for job {{self.id}}")
worker.source.SourceUnavailable: no answer for job {id}
"""
