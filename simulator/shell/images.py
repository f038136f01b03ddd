"""What stands in the image of a container, guessed from the image's name."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_DEBIAN = """PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
HOME_URL="https://www.debian.org/"
"""
_ALPINE = """NAME="Alpine Linux"
ID=alpine
VERSION_ID=3.22.1
PRETTY_NAME="Alpine Linux v3.22"
HOME_URL="https://alpinelinux.org/"
"""


@dataclass(frozen=True)
class Image:
    """`command` is what runs first where the pod names nothing, `workers` what it starts, `port` where it listens."""

    command: tuple[str, ...]
    os_release: str = _DEBIAN
    directory: str = "/app"
    files: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    workers: tuple[str, ...] = ()
    port: int = 8080
    has_shell: bool = True


_SERVER_JS = """var http = require('http');
var requests=0;
var podname= process.env.HOSTNAME;
var handleRequest = function(request, response) {
  response.setHeader('Content-Type', 'text/plain');
  response.writeHead(200);
  response.write("Hello Kubernetes bootcamp! | Running on: ");
  response.write(podname);
  response.end(" | v=1\\n");
};
var www = http.createServer(handleRequest);
www.listen(8080,function () {
    console.log("Kubernetes Bootcamp App Started At:", new Date(), "| Running On: " , podname);
});
"""
_NGINX_CONF = """user  nginx;
worker_processes  auto;

events {
    worker_connections  1024;
}

http {
    include       /etc/nginx/mime.types;
    access_log  /var/log/nginx/access.log  main;
    sendfile        on;
    keepalive_timeout  65;
    include /etc/nginx/conf.d/*.conf;
}
"""
NGINX_PAGE = """<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>
</body>
</html>
"""
_PACKAGE = '{\n  "name": "app",\n  "version": "1.8.2",\n  "main": "server.js"\n}\n'
_MAIN_PY = """import logging
import os

from service import create_app

logging.basicConfig(level=os.environ.get("LOG_LEVEL", "INFO"))
app = create_app()
"""

_BOOTCAMP = Image(("/bin/sh", "-c", "node server.js"), directory="/", files={"/server.js": _SERVER_JS})
_NGINX = Image(
    ("nginx: master process nginx -g daemon off;",),
    directory="/",
    files={"/etc/nginx/nginx.conf": _NGINX_CONF, "/usr/share/nginx/html/index.html": NGINX_PAGE},
    environment={"NGINX_VERSION": "1.29.1"},
    workers=("nginx: worker process", "nginx: worker process"),
    port=80,
)
_NODE = Image(
    ("node", "server.js"),
    files={"/app/package.json": _PACKAGE, "/app/server.js": "require('./lib/app').listen(8080);\n"},
    environment={"NODE_VERSION": "22.19.0"},
    port=3000,
)
_PYTHON = Image(
    ("python", "-m", "gunicorn", "main:app"),
    files={"/app/main.py": _MAIN_PY, "/app/requirements.txt": "flask==3.1.2\ngunicorn==23.0.0\n"},
    environment={"PYTHON_VERSION": "3.13.7"},
    workers=("python -m gunicorn main:app", "python -m gunicorn main:app"),
    port=8000,
)
_JAVA = Image(
    ("java", "-XX:MaxRAMPercentage=75.0", "-jar", "/app/app.jar"),
    files={"/app/application.yaml": "server:\n  port: 8080\nspring:\n  application:\n    name: app\n"},
    environment={"JAVA_HOME": "/usr/lib/jvm/java-21"},
)
_POSTGRES = Image(
    ("postgres",),
    directory="/",
    files={"/var/lib/postgresql/data/PG_VERSION": "17\n"},
    environment={"PGDATA": "/var/lib/postgresql/data", "PG_MAJOR": "17"},
    workers=("postgres: checkpointer", "postgres: background writer", "postgres: walwriter"),
    port=5432,
)
_REDIS = Image(("redis-server *:6379",), _ALPINE, "/data", environment={"REDIS_VERSION": "8.2.1"}, port=6379)
_GO = Image(("/app/server",), _ALPINE, files={"/app/config.yaml": "listen: :8080\nlog:\n  level: info\n"})
_BARE = Image(("/server",), has_shell=False)

_BUSYBOX = Image(("sh",), _ALPINE, "/")

_OF_IMAGES: tuple[tuple[str, Image], ...] = (
    ("kubernetes-bootcamp", _BOOTCAMP),
    ("coredns", _BARE),
    ("pause", _BARE),
    ("kube-", _BARE),
    ("etcd", _BARE),
    ("metrics-server", _BARE),
    ("distroless", _BARE),
    ("busybox", _BUSYBOX),
    ("alpine", _BUSYBOX),
    ("nginx", _NGINX),
    ("httpd", _NGINX),
    ("postgres", _POSTGRES),
    ("redis", _REDIS),
    ("valkey", _REDIS),
    ("storefront", _NODE),
    ("node", _NODE),
    ("cart", _NODE),
    ("recommendations", _PYTHON),
    ("reports", _PYTHON),
    ("forecast", _PYTHON),
    ("label-printer", _PYTHON),
    ("worker", _PYTHON),
    ("python", _PYTHON),
    ("checkout", _JAVA),
    ("fraud", _JAVA),
    ("stock", _JAVA),
    ("java", _JAVA),
)
"""The first whose text is part of the image's repository; all others are programs in Go on a small base."""


def image_of(name: str) -> Image:
    """What is known of the image with this reference, such as "docker.io/library/nginx:1.29"."""
    repository = name.partition("@")[0].rpartition("/")[2].partition(":")[0]
    return next((image for text, image in _OF_IMAGES if text in repository), _GO)
