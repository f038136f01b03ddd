"""What the processes of a server cost."""

from pathlib import Path

from tests.harness.servers import Server


def megabytes(server: Server) -> float:
    """Memory of all processes of the server in MB: proportional set size, so that shared pages count once."""
    running = [process for process in (server.web, server.watcher) if process]
    return sum(_pss(pid) for process in running for pid in _tree(process.pid)) / 1000


def cpu_seconds(server: Server) -> float:
    """Processor seconds that the server has used since it started."""
    running = [process for process in (server.web, server.watcher) if process]
    return sum(_ticks(pid) for process in running for pid in _tree(process.pid)) / 100


def _tree(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(below for child in children for below in _tree(int(child)))]


def _pss(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(float(line.split()[1]) * 1.024 for line in lines if line.startswith("Pss:"))


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])
