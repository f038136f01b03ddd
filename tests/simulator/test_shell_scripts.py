"""Scripts in the simulated shell do what they do in a POSIX shell."""

import asyncio

import pytest

from tests.simulator.containers import Bench


@pytest.fixture
async def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize(
    ("script", "output"),
    [
        ("echo 'a  $HOME' \"b  $HOME\" c\\ d  e", "a  $HOME b  /root c d e\n"),
        ("echo hello | tr a-z A-Z", "HELLO\n"),
        ("false || echo or; true && echo and; ! false; echo $?", "or\nand\n0\n"),
        ("foo 2>/dev/null; echo $?", "127\n"),
        ("x=3; y=$((x * 2 + 1)); echo $y ${x}y ${#HOME} ${none:-default}", "7 3y 5 default\n"),
        ("stat='1 (sh) S 0 7 7'; set -- ${stat##*) }; echo $1 $4 $#", "S 7 4\n"),
        ("for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done", "1\n3\n"),
        ("i=0; while true; do i=$((i+1)); [ $i -ge 5 ] && break; done; echo $i", "5\n"),
        ("if [ -d /etc ]; then echo yes; elif true; then echo no; fi", "yes\n"),
        ("case /proc/12 in /proc/[0-9]*) echo number;; *) echo other;; esac", "number\n"),
        ("f() { echo $1; return 4; }; f one; echo $?", "one\n4\n"),
        ("(cd /tmp; x=2; pwd); pwd; echo ${x:-unset}", "/tmp\n/app\nunset\n"),
        ("echo one > /tmp/f; echo two >> /tmp/f; cat < /tmp/f; wc -l < /tmp/f", "one\ntwo\n2\n"),
        ("{ echo out; echo err >&2; } 2>&1 | sort", "err\nout\n"),
        ("ls /nowhere 2>&1", "ls: /nowhere: No such file or directory\n"),
        ("cat <<END\n$((1 + 1)) $HOME\nEND", "2 /root\n"),
        ("cat <<'END'\n$HOME\nEND", "$HOME\n"),
        ("cd /etc; echo host* '*'", "hostname hosts *\n"),
        ('set -- "a b" c; for x in "$@"; do echo "[$x]"; done; echo "$*"', "[a b]\n[c]\na b c\n"),
        ("printf '%s:%03d\\n' a 7 b 42", "a:007\nb:042\n"),
        ("echo one two | { read a b; echo $b $a; }", "two one\n"),
        ("echo `echo nested $(echo deeper)`", "nested deeper\n"),
        ("sh -c 'echo $0 $1' name word; echo $?", "name word\n0\n"),
        (
            "export COLOUR=blue; sh -c 'echo $COLOUR'; OTHER=x sh -c 'echo $OTHER'; echo ${OTHER:-none}",
            "blue\nx\nnone\n",
        ),
        ("yes | head -3 | wc -l", "3\n"),
        ("seq 10 | sed -n '2,4p' | tail -1", "4\n"),
        ("echo 'user=ann' | sed 's/\\(.*\\)=\\(.*\\)/\\2 is \\1/'", "ann is user\n"),
        ("printf 'b\\na\\nb\\n' | sort | uniq -c | sort -rn | head -1 | tr -s ' '", " 2 b\n"),
        ("grep -c root /etc/passwd; grep -E '^(root|nobody):' /etc/passwd | cut -d: -f1", "1\nroot\nnobody\n"),
        ("trap 'echo never' EXIT; echo kept", "kept\n"),
        ("eval 'x=4; echo $((x / 3))'; echo after", "1\nafter\n"),
        ("false # a comment\necho $?", "1\n"),
        ("command -v sh nothing; type cd", "/bin/sh\ncd is a shell builtin\n"),
        ("mkdir -p /tmp/a/b; touch /tmp/a/b/c; ls -R /tmp/a; rm -r /tmp/a; ls /tmp", "/tmp/a:\nb\n\n/tmp/a/b:\nc\n"),
        ("set -e; false; echo never", ""),
        ("exec echo replaced; echo never", "replaced\n"),
    ],
)
async def test_what_a_script_prints(bench: Bench, script: str, output: str) -> None:
    found = await bench.run(script)
    assert found.output == output, found


@pytest.mark.parametrize(
    ("script", "code", "errors"),
    [
        ("foo", 127, "sh: foo: not found\n"),
        ("exit 3", 3, ""),
        ("false", 1, ""),
        ("kill -9 $$", 137, ""),
        ("sleep 1000 & kill $!; wait $!", 143, ""),
        ("if true; then", 2, "sh: syntax error: unexpected end of file\n"),
        ("done", 2, 'sh: syntax error: unexpected "done"\n'),
        ("cat /nowhere", 1, "cat: /nowhere: No such file or directory\n"),
        ("echo x > /proc/1/stat", 1, "sh: can't create /proc/1/stat: Permission denied\n"),
        ("/etc/passwd", 126, "sh: /etc/passwd: Permission denied\n"),
        ("timeout 0.01 sleep 1000", 124, ""),
        (
            "curl http://example.org",
            6,
            "curl: (6) Could not resolve host: example.org (this simulation has no network)\n",
        ),
    ],
)
async def test_how_a_script_ends(bench: Bench, script: str, code: int, errors: str) -> None:
    found = await bench.run(script)
    assert (found.code, found.errors) == (code, errors)


async def test_a_script_may_come_from_standard_input(bench: Bench) -> None:
    found = await bench.result(
        bench.start(["sh"]), b"x=2\nif [ $x = 2 ]\nthen echo $((x + 3))\nfi\nread line\ngiven\necho $line\n"
    )
    assert found.output == "5\ngiven\n"


async def test_input_goes_through_unchanged(bench: Bench) -> None:
    blob = bytes(range(256)) * 4000
    process = bench.start(["cat"])
    feeding = asyncio.create_task(feed(process, blob))
    found = b"".join([data async for _, data in process.output()])
    await feeding
    assert found == blob


async def feed(process: object, blob: bytes) -> None:
    await process.feed(blob)  # type: ignore[attr-defined]
    await process.feed(b"")  # type: ignore[attr-defined]


async def test_the_container_is_its_own(bench: Bench) -> None:
    found = await bench.run("hostname; cat /etc/hostname; whoami; uname -n; cat /proc/1/cmdline | tr '\\0' ' '")
    assert found.output == "web-1\nweb-1\nroot\nweb-1\nnode server.js "
    assert (await bench.run("ls /work /repo /home")).output == "/home:\n"


async def test_files_stay_while_the_container_lives(bench: Bench) -> None:
    await bench.run("echo kept > /tmp/note")
    assert (await bench.run("cat /tmp/note")).output == "kept\n"


@pytest.mark.parametrize(
    "script",
    [
        "f() { f; }; f",
        "f() { f | f; }; f",
        "x=aaaaaaaaaa; while true; do x=$x$x || exit; done",
        "while true; do sleep 1000 & done",
        "yes > /tmp/full",
        "x=$(yes)",
        "i=0; while true; do i=$((i+1)); echo > /tmp/$i || exit; done",
        "echo 'while true; do exec sh /tmp/s; done' > /tmp/s; f() { eval f; }; f",
        "seq 100000 | sort -n | tail -n 1000000000 | grep -E '(a*)*b'",
    ],
)
async def test_a_greedy_script_ends_and_the_container_lives(bench: Bench, script: str) -> None:
    process = bench.start(["timeout", "3", "sh", "-c", script])
    await bench.result(process)
    bench.kill_everything()
    assert (await bench.run("echo alive")).output == "alive\n"


async def test_others_run_while_a_shell_is_busy(bench: Bench) -> None:
    busy = bench.start(["sh", "-c", "while :; do :; done"])
    assert (await bench.run("echo here")).output == "here\n"
    await busy.kill()
    assert await busy.wait() == 137
