"""Which image logs how: one table."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.kinds import Object
from simulator.logs import styles
from simulator.logs.scripted import Speech
from simulator.logs.styles import Style


@dataclass(frozen=True)
class Habit:
    """How a container logs: its style, entries in a second, first lines when it starts, last ones when it fails.

    `{pod}` stands for the pod's name, `{time}`, `{spaced}`, `{slashed}` and `{comma}` for the moment as some write it.
    """

    style: Style
    rate: float
    first: Sequence[str] = ()
    last: Sequence[str] = ()


_GO_FIRST = ('ts={time} level=info caller=main.go:61 msg="listening" address=:8080',)
_GO_LAST = (
    "panic: runtime error: invalid memory address or nil pointer dereference",
    "[signal SIGSEGV: segmentation violation code=0x1 addr=0x18 pc=0x7d4a21]",
    "",
    "goroutine 1 [running]:",
    "main.(*server).warmUp(0x0)",
    "\t/src/main.go:88 +0x41",
    "main.main()",
    "\t/src/main.go:57 +0x1c5",
    "exit status 2",
)
_JAVA_FIRST = (
    "",
    "  .   ____          _            __ _ _",
    " /\\\\ / ___'_ __ _ _(_)_ __  __ _ \\ \\ \\ \\",
    "( ( )\\___ | '_ | '_| | '_ \\/ _` | \\ \\ \\ \\",
    "  '  |____| .__|_| |_|_| |_\\__, | / / / /",
    " :: Spring Boot ::                (v3.5.5)",
    "",
    "{time}  INFO 1 --- [           main] com.example.Application                  : Starting Application on {pod}",
    "{time}  INFO 1 --- [           main] o.s.b.w.embedded.tomcat.TomcatWebServer  : Tomcat started on port 8080",
    "{time}  INFO 1 --- [           main] com.example.Application                  : Started Application in 4.2 s",
)
_JAVA_LAST = (
    "{time} ERROR 1 --- [           main] o.s.boot.SpringApplication               : Application run failed",
    "org.springframework.beans.factory.BeanCreationException: Error creating bean with name 'dataSource'",
    "\tat org.springframework.beans.factory.support.ConstructorResolver.instantiate(ConstructorResolver.java:657)",
    "\tat com.example.Application.main(Application.java:14)",
    "Caused by: java.net.UnknownHostException: ledger-db",
    "\t... 24 common frames omitted",
)
_PYTHON_FIRST = (
    "{comma} INFO     worker: starting on {pod}",
    "{comma} INFO     worker: connected to queue redis://cache:6379/0",
)
_PYTHON_LAST = (
    "{comma} CRITICAL worker: cannot go on",
    "Traceback (most recent call last):",
    '  File "/app/main.py", line 41, in <module>',
    "    run(settings)",
    '  File "/app/worker/queue.py", line 97, in run',
    "    limit = int(os.environ['BATCH_SIZE'])",
    "KeyError: 'BATCH_SIZE'",
)
_NODE_FIRST = ("> app@1.8.2 start", "> node server.js", "", "\x1b[32minfo\x1b[39m \x1b[1mlistening on 3000\x1b[22m")
_NODE_LAST = (
    "node:internal/process/promises:394",
    "      triggerUncaughtException(err, true /* fromPromise */);",
    "      ^",
    "",
    "Error: connect ECONNREFUSED 10.96.14.2:5432",
    "    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1637:16)",
    "",
    "Node.js v22.19.0",
)
_NGINX_FIRST = (
    "/docker-entrypoint.sh: Configuration complete; ready for start up",
    "{slashed} [notice] 1#1: using the epoll event method",
    "{slashed} [notice] 1#1: nginx/1.29.1",
    "{slashed} [notice] 1#1: start worker processes",
)
_NGINX_LAST = ('{slashed} [emerg] 1#1: host not found in upstream "catalog" in /etc/nginx/conf.d/default.conf:12',)
_JSON_FIRST = ('{{"time":"{time}","level":"info","msg":"configuration loaded","host":"{pod}"}}',)
_JSON_LAST = ('{{"time":"{time}","level":"fatal","msg":"cannot open ledger","error":"permission denied"}}',)

_ETCD_FIRST = (
    '{{"level":"info","ts":"{time}","caller":"embed/serve.go:210","msg":"serving client traffic securely"}}',
)
_COREDNS_FIRST = (".:53", "CoreDNS-1.12.1", "linux/amd64, go1.24.1")
_POSTGRES_FIRST = (
    "PostgreSQL Database directory appears to contain a database; Skipping initialization",
    "{spaced} UTC [1] LOG:  starting PostgreSQL 17.6 on x86_64-pc-linux-gnu, 64-bit",
    '{spaced} UTC [1] LOG:  listening on IPv4 address "0.0.0.0", port 5432',
    "{spaced} UTC [1] LOG:  database system is ready to accept connections",
)
_REDIS_FIRST = (
    "1:C * Redis version=8.2.1, just started",
    "1:M * Server initialized",
    "1:M * Ready to accept connections",
)
_RABBIT_FIRST = ("{spaced} [info] <0.222.0> Starting RabbitMQ 4.1.3 on Erlang 27.3", "{spaced} [info] <0.9.0> Ready")
_TASK_FIRST = ('{{"time":"{time}","level":"info","msg":"job started","pod":"{pod}"}}',)

_SILENT = Habit(styles.silence, 0.0001)
_JSON = Habit(styles.json_lines, 1.2, _JSON_FIRST, _JSON_LAST)
_LOGFMT = Habit(styles.logfmt, 0.4, _GO_FIRST, _GO_LAST)
_PYTHON = Habit(styles.python, 0.25, _PYTHON_FIRST, _PYTHON_LAST)
_JAVA = Habit(styles.java, 0.5, _JAVA_FIRST, _JAVA_LAST)
_NODE = Habit(styles.node, 0.8, _NODE_FIRST, _NODE_LAST)
_ACCESS = Habit(styles.access, 2.0, _NGINX_FIRST, _NGINX_LAST)
_KLOG = Habit(styles.klog, 0.05)
_TASK = Habit(styles.json_lines, 0.6, _TASK_FIRST, _JSON_LAST)
_BOOTCAMP = Habit(styles.bootcamp, 1 / 45, ("", "Kubernetes Bootcamp App Started At: {time} | Running On:  {pod} ", ""))

_OF_IMAGES: tuple[tuple[str, Habit], ...] = (
    ("kubernetes-bootcamp", _BOOTCAMP),
    ("pause", _SILENT),
    ("busybox", _SILENT),
    ("alpine", _SILENT),
    ("coredns", Habit(styles.coredns, 0.3, _COREDNS_FIRST)),
    ("etcd", Habit(styles.klog, 0.03, _ETCD_FIRST)),
    ("kube-", _KLOG),
    ("metrics-server", _KLOG),
    ("local-path", _KLOG),
    ("flannel", _KLOG),
    ("postgres", Habit(styles.postgres, 0.02, _POSTGRES_FIRST)),
    ("rabbitmq", Habit(styles.rabbitmq, 0.02, _RABBIT_FIRST)),
    ("redis", Habit(styles.redis, 1 / 300, _REDIS_FIRST)),
    ("valkey", Habit(styles.redis, 1 / 300, _REDIS_FIRST)),
    ("envoy", Habit(styles.access, 0.8)),
    ("nginx", _ACCESS),
    ("httpd", _ACCESS),
    ("storefront", _NODE),
    ("node", _NODE),
    ("cart", _JSON),
    ("settle-payments", _TASK),
    ("stock-sync", _TASK),
    ("fraud", _JSON),
    ("payments", _JSON),
    ("checkout", _JAVA),
    ("stock", _JAVA),
    ("java", _JAVA),
    ("product-search", _LOGFMT),
    ("recommendations", _PYTHON),
    ("reports", _PYTHON),
    ("forecast", _PYTHON),
    ("label-printer", Habit(styles.python, 0.5, _PYTHON_FIRST, _PYTHON_LAST)),
    ("worker", _PYTHON),
    ("python", _PYTHON),
)
"""The first whose text is part of the image's repository; all others log like a service in Go."""

_QUIET_COMMANDS = frozenset(("sleep", "tail", "pause", "cat"))


def habit_of(spec: Object, speech: Speech | None) -> Habit:
    """How the container with this specification logs; `speech` is what its script says, where it runs one."""
    if speech:
        return Habit(styles.silence, max(len(speech.again) / speech.period, _SILENT.rate))
    command = spec.get("command") or ()
    if command and command[0].rsplit("/", 1)[-1] in _QUIET_COMMANDS:
        return _SILENT
    repository = spec.get("image", "").partition("@")[0].rpartition("/")[2].partition(":")[0]
    return next((habit for text, habit in _OF_IMAGES if text in repository), _LOGFMT)
