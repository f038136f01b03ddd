"""The cluster's container images, docker-archive tars with one layer of Debian's programs: no registry is needed."""

import hashlib
import io
import json
import platform
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

BUSYBOX, BASH = Path("/bin/busybox"), Path("/bin/bash-static")
EDITOR = "vim.tiny"
TERMINFO = "lib/terminfo/x/xterm-256color"
FOLDERS = ("bin", "lib", "lib64", "tmp", "etc", "proc", "sys", "dev", "var")
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}

PAUSE = "localhost/pause:1"
PAUSE_COMMAND = ["/bin/sh", "-c", "trap 'exit 0' TERM INT; sleep 2147483647 & wait"]
BOOTCAMP = "docker.io/jocatalin/kubernetes-bootcamp"  # the image of Kubernetes' own tutorial
BOOTCAMP_COMMAND = ["/bin/sh", "-c", "echo Kubernetes Bootcamp App Started; exec nc -ll -p 8080 -e /bin/serve"]
SERVE = """#!/bin/sh
read request
printf 'HTTP/1.0 200 OK\\r\\nContent-Type: text/plain\\r\\n\\r\\n'
printf 'Hello Kubernetes bootcamp! | Running on: %s | v={version}\\n' "$HOSTNAME"
"""


def write_images(folder: Path) -> list[Path]:
    """Write every image into `folder` and return the tars: the sandbox's, and the tutorial's in two versions."""
    folder.mkdir(parents=True, exist_ok=True)
    written = [write_image(folder / "pause.tar", PAUSE, PAUSE_COMMAND, {})]
    editor = {**with_libraries(EDITOR), TERMINFO: (Path("/") / TERMINFO).read_bytes()}
    for version in ("v1", "v2"):
        serve = SERVE.format(version=version).encode()
        tar = folder / f"bootcamp-{version}.tar"
        written.append(write_image(tar, f"{BOOTCAMP}:{version}", BOOTCAMP_COMMAND, {"bin/serve": serve, **editor}))
    return written


def with_libraries(program: str) -> dict[str, bytes]:
    """The files that the program needs, by their path in the image: itself, its libraries and what loads them."""
    path = shutil.which(program)
    assert path, f"{program} is not on this machine"
    files = {f"bin/{program}": Path(path).read_bytes()}
    listed = subprocess.check_output(["ldd", path], text=True)
    for name, found in re.findall(r"^\s*(?:(\S+) => )?(/\S+) \(0x", listed, re.MULTILINE):
        # The loader is asked for by its full path; it looks for the others in /lib.
        files[f"lib/{name}" if name else found.lstrip("/")] = Path(found).read_bytes()
    return files


def write_image(path: Path, tag: str, command: list[str], programs: dict[str, bytes]) -> Path:
    """One docker-archive with one layer; `tag` is the name the kubelet asks for."""
    layer = layer_with(programs)
    layer_digest = hashlib.sha256(layer).hexdigest()
    config = image_config(command, layer_digest)
    config_name = f"{hashlib.sha256(config).hexdigest()}.json"
    layer_name = f"{layer_digest}/layer.tar"
    manifest = json.dumps([{"Config": config_name, "RepoTags": [tag], "Layers": [layer_name]}]).encode()
    with tarfile.open(path, "w") as tar:
        for name, content in ((config_name, config), (layer_name, layer), ("manifest.json", manifest)):
            add_file(tar, name, content, mode=0o644)
    return path


def image_config(command: list[str], layer_digest: str) -> bytes:
    """The OCI image configuration of a one-layer image."""
    config = {
        "architecture": ARCHITECTURES[platform.machine()],
        "os": "linux",
        "config": {"Env": ["PATH=/bin"], "Cmd": command, "WorkingDir": "/"},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer_digest}"]},
    }
    return json.dumps(config).encode()


def layer_with(programs: dict[str, bytes]) -> bytes:
    """An uncompressed tar: busybox with all its names, bash, and the given programs."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for folder in FOLDERS:
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
            tar.addfile(entry)
        add_file(tar, "etc/passwd", b"root:x:0:0:root:/:/bin/sh\n", mode=0o644)
        add_file(tar, "etc/group", b"root:x:0:\n", mode=0o644)
        ours = {"bin/busybox": BUSYBOX.read_bytes(), "bin/bash": BASH.read_bytes()}
        for name, content in {**ours, **programs}.items():
            add_file(tar, name, content, mode=0o755)
        add_applets(tar)
    return buffer.getvalue()


def add_applets(tar: tarfile.TarFile) -> None:
    """Every name that busybox answers to, as a symbolic link."""
    for applet in subprocess.check_output([BUSYBOX, "--list"], text=True).split():
        if applet != "busybox":
            entry = tarfile.TarInfo(f"bin/{applet}")
            entry.type, entry.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(entry)


def add_file(tar: tarfile.TarFile, name: str, content: bytes, *, mode: int) -> None:
    """Add a regular file to the tar."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    tar.addfile(entry, io.BytesIO(content))
