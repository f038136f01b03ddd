"""All programs of simulated containers by name."""

from collections.abc import Mapping

from simulator.shell.programs import files, filters, listing, monitor, printing, running, system, text, web
from simulator.shell.programs.arguments import Program
from simulator.shell.programs.pagers import less
from simulator.shell.programs.sed import sed
from simulator.shell.programs.signals import kill, killall, pidof
from simulator.shell.sessions import sh

PROGRAMS: Mapping[str, Program] = {
    "sh": sh, "bash": sh, "ash": sh,
    "cat": files.cat, "tee": files.tee, "mkdir": files.mkdir, "rmdir": files.rmdir, "rm": files.rm,
    "touch": files.touch, "cp": files.cp, "mv": files.mv, "ln": files.ln, "chmod": files.chmod,
    "readlink": files.readlink, "realpath": files.realpath, "mktemp": files.mktemp,
    "ls": listing.ls, "stat": listing.stat, "find": listing.find, "du": listing.du,
    "true": printing.true, "false": printing.false, "echo": printing.echo, "printf": printing.printf,
    "test": printing.test, "[": printing.test, "seq": printing.seq, "yes": printing.yes,
    "basename": printing.basename, "dirname": printing.dirname, "expr": printing.expr, "pwd": files.pwd,
    "head": text.head, "tail": text.tail, "wc": text.wc, "nl": text.nl, "rev": text.rev, "tac": text.tac,
    "base64": text.base64_, "md5sum": text.checksum, "sha1sum": text.checksum, "sha256sum": text.checksum,
    "grep": filters.grep, "egrep": filters.grep, "fgrep": filters.grep, "sort": filters.sort, "uniq": filters.uniq,
    "cut": filters.cut, "tr": filters.tr, "sed": sed,
    "less": less, "more": less, "vi": less, "vim": less, "view": less, "nano": less,
    "ps": monitor.ps, "top": monitor.top, "kill": kill, "killall": killall, "pkill": killall, "pidof": pidof,
    "env": running.env, "printenv": running.printenv, "sleep": running.sleep, "timeout": running.timeout,
    "nohup": running.nohup, "setsid": running.setsid, "nice": running.nice, "time": running.time,
    "xargs": running.xargs, "watch": running.watch,
    "date": system.date, "uname": system.uname, "hostname": system.hostname, "whoami": system.whoami,
    "id": system.id_, "uptime": system.uptime, "free": system.free, "df": system.df, "nproc": system.nproc,
    "clear": system.clear, "reset": system.clear, "stty": system.stty, "tty": system.tty, "which": system.which,
    "sync": printing.true,
    "curl": web.curl, "wget": web.wget, "nslookup": web.nslookup, "ping": web.ping,
}  # fmt: skip
