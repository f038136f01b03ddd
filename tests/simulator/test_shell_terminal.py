"""A person at the terminal of a simulated shell."""

import pytest

from tests.simulator.containers import Bench, Screen

READY = "\x1b[0m# "


@pytest.fixture
async def bench() -> Bench:
    return Bench()


@pytest.fixture
async def screen(bench: Bench) -> Screen:
    screen = Screen(bench.start(["bash"], tty=True))
    await screen.until(READY)
    return screen


async def test_it_says_that_it_is_simulated(bench: Bench) -> None:
    screen = Screen(bench.start(["sh"], tty=True))
    assert "This shell is simulated" in (await screen.until(READY)).splitlines()[0]


async def test_the_prompt_shows_where_one_is(screen: Screen) -> None:
    await screen.type("cd /var/log\r")
    await screen.until("\n")
    assert "root@web-1" in (said := await screen.until(READY))
    assert "/var/log" in said


async def test_lines_end_as_a_terminal_has_them(screen: Screen) -> None:
    await screen.type("echo hi\r")
    assert (await screen.until(READY)).startswith("echo hi\r\nhi\r\n")


async def test_exit_codes(screen: Screen) -> None:
    await screen.type("false\r")
    await screen.until(READY)
    await screen.type("echo $?\r")
    assert "\r\n1\r\n" in await screen.until(READY)
    await screen.type("exit 7\r")
    assert await screen.ended() == 7


async def test_ctrl_d_leaves(screen: Screen) -> None:
    await screen.type("\x04")
    assert await screen.ended() == 0


@pytest.mark.parametrize("command", ["sleep 1000", "while :; do :; done", "cat", "yes", "while true; do sleep 1; done"])
async def test_ctrl_c_ends_what_runs_and_not_the_shell(bench: Bench, screen: Screen, command: str) -> None:
    await screen.type(f"echo be; {command}\r")
    await screen.until("\nbe\r\n")
    await screen.type("\x03")
    await screen.until(READY)
    await screen.type("echo still here; echo $?\r")
    await screen.until("\nstill here\r\n")
    assert "sleep 1000" not in await bench.processes()


async def test_ctrl_z_is_harmless(screen: Screen) -> None:
    await screen.type("cat\r")
    await screen.until("cat\r\n")
    await screen.type("\x1aafter\r")
    await screen.until("\r\nafter\r\n")
    await screen.type("\x04")
    await screen.until(READY)


async def test_a_line_is_edited_while_a_program_reads(screen: Screen) -> None:
    await screen.type("cat\r")
    await screen.until("cat\r\n")
    await screen.type("wrong\x15äé漢 xö\x17\x7f\x7fok\r\x17\x15")
    await screen.until("\r\näéok\r\n")


async def test_a_line_is_edited(screen: Screen) -> None:
    await screen.type("echo wrld\x1b[D\x1b[D\x1b[Do\x05!\x01\x1b[C\x1b[C\x1b[C\x1b[C\x1b[C<\x02\x7f \x0b'kept'\r")
    await screen.until("\r\n")
    assert "kept\r\n" in await screen.until(READY)
    await screen.type("echo one two\x17three\r")
    await screen.until("\r\n")
    assert (await screen.until(READY)).startswith("one three\r\n")


async def test_earlier_lines_come_back(screen: Screen) -> None:
    for text in ("echo first", "echo second"):
        await screen.type(f"{text}\r")
        await screen.until(READY)
    await screen.type("\x1b[A\x1b[A\r")
    await screen.until("\r\nfirst\r\n")
    await screen.until(READY)
    await screen.type("history\r")
    assert "2  echo second" in await screen.until(READY)


async def test_tab_completes_commands_and_paths(screen: Screen) -> None:
    await screen.type("hostn\t\r")
    await screen.until("\r\nweb-1\r\n")
    await screen.until(READY)
    await screen.type("cat /etc/os\t\r")
    await screen.until("PRETTY_NAME")
    await screen.until(READY)
    await screen.type("ls /etc/host\t\t")
    await screen.until("hostname  hosts")


async def test_commands_of_several_lines(screen: Screen) -> None:
    await screen.type("for i in 1 2\rdo\recho n$i\rdone\r")
    await screen.until("> ")
    await screen.until("\r\nn1\r\nn2\r\n")


async def test_the_size_of_the_window(screen: Screen) -> None:
    await screen.process.resize(123, 45)
    await screen.type("stty size\r")
    await screen.until("45 123\r\n")


async def test_top_follows_the_window_and_q_leaves(screen: Screen) -> None:
    await screen.type("top\r")
    await screen.until("COMMAND")
    await screen.process.resize(40, 10)
    await screen.until("COMMAND")
    await screen.type("q")
    await screen.until(READY)


@pytest.mark.parametrize("program", ["less", "vi", "more"])
async def test_a_pager_shows_a_file_and_q_leaves(screen: Screen, program: str) -> None:
    await screen.type(f"{program} /etc/passwd\r")
    await screen.until("nobody:x:65534")
    await screen.type(":q\r" if program == "vi" else "q")
    await screen.until(READY)


async def test_names_have_colours_on_a_terminal_only(bench: Bench, screen: Screen) -> None:
    await screen.type("ls -d /etc\r")
    await screen.until("\x1b[1;34m/etc\x1b[m")
    assert (await bench.run("ls -d /etc")).output == "/etc\n"


async def test_jobs_in_the_background(bench: Bench, screen: Screen) -> None:
    await screen.type("sleep 1000 &\r")
    await screen.until("[1] ")
    await screen.until(READY)
    await screen.type("jobs\r")
    await screen.until("Running                 sleep 1000 &")
    await screen.type("kill $!; wait\r")
    await screen.until("Terminated")


async def test_a_client_that_goes_away_ends_nothing(bench: Bench, screen: Screen) -> None:
    await screen.type("sleep 1000\r")
    await screen.until("sleep 1000\r\n")
    await screen.leave()
    assert {"bash", "sleep 1000"} <= set(await bench.processes())


@pytest.mark.parametrize("options", ["-s", "-rs", "-s -p 'Password: '", "-sp 'Password: '"])
async def test_what_is_read_unseen_is_not_shown(screen: Screen, options: str) -> None:
    await screen.type(f"echo as''k; read {options} secret; echo got=$secret\r")
    await screen.until("\nask\r\n")
    await screen.type("hunter2\r")
    assert (await screen.until("got=hunter2\r\n")) in ("got=hunter2\r\n", "Password: got=hunter2\r\n")
    await screen.until(READY)
    await screen.type("read again\r")
    await screen.until("\r\n")
    await screen.type("seen\r")
    await screen.until("seen\r\n")


async def test_what_is_typed_is_shown_again_after_a_reading_is_broken_off(screen: Screen) -> None:
    await screen.type("echo as''k; read -s secret\r")
    await screen.until("\nask\r\n")
    await screen.type("hunter2\x03")
    assert "hunter2" not in await screen.until(READY)
    await screen.type("cat\r")
    await screen.until("cat\r\n")
    await screen.type("seen\r")
    await screen.until("seen\r\nseen\r\n")
