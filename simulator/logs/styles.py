"""How applications write: each style makes one entry, which may be of several lines."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from simulator.logs.vocabulary import (
    AGENTS,
    CUSTOMERS,
    GOOD_NEWS,
    JAVA_TRACE,
    JOBS,
    KLOG,
    PATHS,
    PYTHON_TRACE,
    SYSTEMS,
    TROUBLE,
)


@dataclass(frozen=True)
class Moment:
    """Who writes, when, and how many entries were written before."""

    pod: str
    container: str
    now: datetime
    number: int
    started: datetime
    chance: Random

    def pick(self, words: Sequence[str]) -> str:
        """One of the words, filled in."""
        return self.chance.choice(words).format(
            customer=self.chance.choice(CUSTOMERS),
            system=self.chance.choice(SYSTEMS),
            path=self.chance.choice(PATHS),
            number=self.chance.randrange(2, 900),
            id=self.hexadecimal(8),
            ms=self.milliseconds(),
        )

    def hexadecimal(self, digits: int) -> str:
        """An id."""
        return f"{self.chance.getrandbits(4 * digits):0{digits}x}"

    def milliseconds(self) -> int:
        """How long something took: mostly little, seldom long."""
        return int(self.chance.lognormvariate(3.2, 0.9)) + 1

    def level(self) -> str:
        """debug, info, warn or error: seldom the bad ones."""
        return self.chance.choices(("debug", "info", "warn", "error"), (10, 80, 8, 2))[0]

    def address(self) -> str:
        """An address within the cluster."""
        return f"10.244.{self.chance.randrange(1, 4)}.{self.chance.randrange(2, 250)}"

    def iso(self) -> str:
        """ "2026-11-25T11:00:00.123Z"."""
        return self.now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.now.microsecond // 1000:03d}Z"


Style = Callable[[Moment], list[str]]


def json_lines(moment: Moment) -> list[str]:
    """A service that logs JSON."""
    level = moment.level()
    entry: dict[str, object] = {"time": moment.iso(), "level": level, "service": moment.container}
    if level in ("warn", "error"):
        entry |= {"msg": moment.pick(TROUBLE), "request_id": moment.hexadecimal(16)}
        if level == "error":
            entry |= {"error": moment.pick(("context deadline exceeded", "connection refused", "unexpected EOF"))}
    else:
        entry |= {"msg": "request completed", "method": moment.pick(("GET", "GET", "GET", "POST", "PUT"))}
        entry |= {"path": moment.pick(PATHS), "status": moment.chance.choices((200, 201, 304, 404), (85, 7, 5, 3))[0]}
        entry |= {"duration_ms": moment.milliseconds(), "request_id": moment.hexadecimal(16)}
    return [json.dumps(entry, separators=(",", ":"))]


def logfmt(moment: Moment) -> list[str]:
    """A service in Go that logs key=value."""
    level = moment.level()
    said = moment.pick(TROUBLE if level in ("warn", "error") else GOOD_NEWS)
    where = moment.pick(("handler.go:118", "store.go:74", "cache.go:201", "queue.go:56"))
    extra = f"trace={moment.hexadecimal(16)} took={moment.milliseconds()}ms"
    return [f'ts={moment.iso()} level={level} caller={where} msg="{said}" {extra}']


def access(moment: Moment) -> list[str]:
    """nginx: the combined format, and now and then a line of its error log."""
    if moment.chance.random() < 0.01:
        told = f"[error] 29#29: *{moment.number} upstream timed out (110: Operation timed out) while reading response"
        return [f"{moment.now:%Y/%m/%d %H:%M:%S} {told} header from upstream, client: {moment.address()}"]
    status = moment.chance.choices((200, 304, 301, 404, 502), (80, 10, 3, 6, 1))[0]
    size = 0 if status == 304 else moment.chance.randrange(150, 48_000)
    when = f"{moment.now:%d/%b/%Y:%H:%M:%S} +0000"
    if moment.chance.random() < 0.1:
        return [f'10.244.0.1 - - [{when}] "GET /healthz HTTP/1.1" 200 3 "-" "kube-probe/1.35"']
    path = moment.pick(PATHS)
    method = "POST" if path in ("/login", "/api/cart/items", "/api/orders") else "GET"
    request = f"{method} {path} HTTP/1.1"
    return [f'{moment.address()} - - [{when}] "{request}" {status} {size} "-" "{moment.chance.choice(AGENTS)}"']


def klog(moment: Moment) -> list[str]:
    """A part of Kubernetes."""
    letter = moment.chance.choices("IWE", (92, 6, 2))[0]
    where = moment.pick(
        ("reflector.go:436", "controller.go:129", "cache.go:32", "proxier.go:805", "leaderelection.go:84")
    )
    head = f"{letter}{moment.now:%m%d %H:%M:%S}.{moment.now.microsecond:06d}       1 {where}]"
    return [f"{head} {moment.pick(KLOG)}"]


def coredns(moment: Moment) -> list[str]:
    """CoreDNS with its log plugin."""
    name = moment.pick(("catalog.shop.svc", "postgres.data.svc", "api.github.com.shop.svc", "payments.shop.svc"))
    code = "NXDOMAIN" if name.startswith("api.") else "NOERROR"
    query = f'"A IN {name}.cluster.local. udp 52 false 512" {code} qr,aa,rd 110'
    client = f"{moment.address()}:{moment.chance.randrange(32768, 60999)}"
    return [f"[INFO] {client} - {moment.chance.randrange(65536)} {query} {moment.chance.random() / 900:.9f}s"]


def java(moment: Moment) -> list[str]:
    """Spring Boot, with a stack trace now and then."""
    level = moment.level().upper()
    thread = moment.pick(("http-nio-8080-exec-{number}", "scheduling-1", "kafka-consumer-1"))[-15:]
    logger = moment.pick(("c.e.orders.OrderService", "c.e.orders.PaymentClient", "o.s.web.servlet.Dispatcher"))
    said = moment.pick(TROUBLE if level in ("WARN", "ERROR") else GOOD_NEWS)
    first = f"{moment.iso()} {level:>5} 1 --- [{thread:>15}] {logger:<40} : {said}"
    return [first, *JAVA_TRACE.format(id=moment.hexadecimal(8)).splitlines()] if level == "ERROR" else [first]


def python(moment: Moment) -> list[str]:
    """The logging module, with a traceback now and then."""
    level = {"warn": "WARNING"}.get(found := moment.level(), found.upper())
    name = moment.pick(("worker.tasks", "worker.queue", "urllib3.connectionpool"))
    said = moment.pick(TROUBLE if level in ("WARNING", "ERROR") else JOBS)
    first = f"{moment.now:%Y-%m-%d %H:%M:%S},{moment.now.microsecond // 1000:03d} {level:<8} {name}: {said}"
    return [first, *PYTHON_TRACE.format(id=moment.hexadecimal(8)).splitlines()] if level == "ERROR" else [first]


_COLOURS = {"debug": "\x1b[90m", "info": "\x1b[32m", "warn": "\x1b[33m", "error": "\x1b[31m"}


def node(moment: Moment) -> list[str]:
    """An application in Node.js that writes in colours."""
    level = moment.level()
    said = moment.pick(TROUBLE if level in ("warn", "error") else GOOD_NEWS)
    took = f"\x1b[90m+{moment.milliseconds()}ms\x1b[39m"
    return [f"\x1b[90m{moment.now:%H:%M:%S}\x1b[39m {_COLOURS[level]}{level}\x1b[39m \x1b[1m{said}\x1b[22m {took}"]


def postgres(moment: Moment) -> list[str]:
    """PostgreSQL: checkpoints and slow statements."""
    head = (
        f"{moment.now:%Y-%m-%d %H:%M:%S}.{moment.now.microsecond // 1000:03d} UTC [{moment.chance.randrange(27, 900)}]"
    )
    if moment.chance.random() < 0.15:
        took = f"{moment.milliseconds() * 40}.{moment.chance.randrange(1000):03d} ms"
        return [
            f"{head} LOG:  duration: {took}  statement: SELECT o.id, o.total",
            "\t  FROM orders o JOIN customers c ON c.id = o.customer_id",
            "\t WHERE c.region = 'north' ORDER BY o.created_at DESC LIMIT 50",
        ]
    if moment.chance.random() < 0.5:
        return [f"{head} LOG:  checkpoint starting: time"]
    count = moment.chance.randrange(20, 900)
    return [
        f"{head} LOG:  checkpoint complete: wrote {count} buffers ({count / 163.84:.1f}%); write={count / 10:.3f} s"
    ]


def rabbitmq(moment: Moment) -> list[str]:
    """RabbitMQ: connections."""
    head = f"{moment.now:%Y-%m-%d %H:%M:%S}.{moment.now.microsecond:06d}+00:00 [info] <0.{moment.number + 700}.0>"
    ends = f"{moment.address()}:{moment.chance.randrange(32768, 60999)} -> {moment.address()}:5672"
    return [f"{head} {moment.pick(('accepting AMQP connection', 'closing AMQP connection'))} ({ends})"]


def redis(moment: Moment) -> list[str]:
    """Redis: snapshots."""
    head = f"1:M {moment.now:%d %b %Y %H:%M:%S}.{moment.now.microsecond // 1000:03d} *"
    changes = moment.chance.randrange(100, 9000)
    return [
        f"{head} {changes} changes in 300 seconds. Saving...",
        f"{head} Background saving started by pid {moment.chance.randrange(20, 9000)}",
        f"{head} Background saving terminated with success",
    ]


def bootcamp(moment: Moment) -> list[str]:
    """The tutorial's application: a line for each request."""
    uptime = (moment.now - moment.started) / timedelta(seconds=1)
    counts = f"Total Requests: {moment.number + 1} | App Uptime: {uptime:.3f} seconds"
    return [f"Running On:  {moment.pod} | {counts} | Log Time:  {moment.iso()}"]


def silence(moment: Moment) -> list[str]:
    """Nothing."""
    return []
