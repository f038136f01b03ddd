"""One command in a container: its output, its exit code, and nothing of it left behind."""

import asyncio
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from clusters.streams.requests import BadStreamRequest, command_words
from tests.harness.browsers import go_to
from tests.harness.containers import left_behind, nothing_is_left, processes, start_pod
from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server
from tests.harness.sockets import socket
from tests.harness.waiting import eventually

SLOW = 20_000


@pytest.fixture(scope="module")
def near(kubectl: Kubectl) -> Iterator[Kubectl]:
    near = kubectl.within("default")
    start_pod(near, "run-page")
    yield near
    near("delete", "pod", "run-page", "--force", "--grace-period=0")


def run(server: Server, near: Kubectl, act: str = "run"):  # type: ignore[no-untyped-def]  # the harness's context
    return socket(server, f"/ws/clusters/test/pods/{near.namespace}/run-page/{act}/?container=main", server.admin)


def test_words_are_split_and_nothing_is_expanded() -> None:
    assert command_words("""sh -c 'echo "$HOME" | wc' a\\ b""") == ("sh", "-c", 'echo "$HOME" | wc', "a b")


@pytest.mark.parametrize("line", ["", "  ", "'' x", "echo 'open", "x" * 9000, "x " * 300])
def test_what_is_no_command_is_refused(line: str) -> None:
    with pytest.raises(BadStreamRequest):
        command_words(line)


async def test_output_errors_and_exit_code(server: Server, near: Kubectl) -> None:
    async with run(server, near) as command:
        await command.tell(command="sh -c 'echo out; echo err >&2; exit 3'")
        assert await command.until_closed() == "The command ended with exit code 3."
        assert sorted(command.output.split()) == [b"err", b"out"]
        assert (await command.until_message("exit"))["code"] == 3


async def test_input_and_its_end(server: Server, near: Kubectl) -> None:
    async with run(server, near) as command:
        await command.tell(command="wc -c")
        assert (await command.until_message("started"))["tty"] is False
        await command.type("12345")
        await command.tell(eof=True)
        assert await command.until_closed() == "The command ended with exit code 0."
        assert command.output == b"5\n"


async def test_a_program_that_is_not_there(server: Server, near: Kubectl) -> None:
    async with run(server, near) as command:
        await command.tell(command="no-such-program")
        assert await command.until_closed() == "The command ended with exit code 127."


async def test_what_is_stopped_leaves_nothing(server: Server, near: Kubectl) -> None:
    async with run(server, near) as command:
        await command.tell(command="sh -c 'sleep 86401 & sleep 86402'")
        await asyncio.to_thread(eventually, lambda: len(left_behind(near, "run-page")) >= 3)
        await command.tell(close=True)
        await command.until_closed()
    await asyncio.to_thread(nothing_is_left, near, "run-page")


async def test_nothing_runs_before_the_page_says_what(server: Server, near: Kubectl) -> None:
    async with run(server, near) as command:
        await command.tell(command="echo 'open")
        assert await command.until_closed() == "The command cannot be read: No closing quotation."


async def test_attached_to_its_own_process_which_goes_on(server: Server, near: Kubectl) -> None:
    start_pod(near, "attached", "sh", "-c", "while :; do echo tick; sleep 1; done")
    path = f"/ws/clusters/test/pods/{near.namespace}/attached/attach/?container=main"
    async with socket(server, path, server.admin) as attached:
        await attached.until("tick")
        await attached.tell(close=True)
        assert await attached.until_closed() == "You left it; the process goes on."
    async with socket(server, path, server.admin) as attached:
        await attached.until("tick")
    near("delete", "pod", "attached", "--force", "--grace-period=0")


@pytest.fixture
def bare(near: Kubectl) -> Iterator[str]:
    """A pod in whose container no `sh` is found, as in an image without one."""
    start_pod(near, "bare", "/bin/sleep", "100000", env=[{"name": "PATH", "value": "/none"}])
    yield "bare"
    near("delete", "pod", "bare", "--force", "--grace-period=0")


def run_bare(server: Server, near: Kubectl, bare: str):  # type: ignore[no-untyped-def]  # the harness's context
    return socket(server, f"/ws/clusters/test/pods/{near.namespace}/{bare}/run/?container=main", server.admin)


async def test_in_an_image_without_a_shell_nothing_runs_unasked(server: Server, near: Kubectl, bare: str) -> None:
    async with run_bare(server, near, bare) as command:
        await command.tell(command="/bin/touch /tmp/ran")
        assert await command.until_closed() == "The image of this container has no shell."
        assert await command.until_message("no shell")
    assert "ran" not in near("exec", bare, "--", "/bin/ls", "/tmp")


async def test_there_ctrl_c_ends_it(server: Server, near: Kubectl, bare: str) -> None:
    async with run_bare(server, near, bare) as command:
        await command.tell(command="/bin/sleep 86401", without_shell=True)
        assert "can only press Ctrl-C" in (await command.until_message("notice"))["text"]
        await asyncio.to_thread(eventually, lambda: "/bin/sleep 86401" in processes(near, bare))
        await command.tell(close=True)
        assert await command.until_closed() == "You stopped it."
    await asyncio.to_thread(eventually, lambda: "/bin/sleep 86401" not in processes(near, bare))


async def test_what_ignores_that_is_said_to_go_on(server: Server, near: Kubectl, bare: str) -> None:
    async with run_bare(server, near, bare) as command:
        words = """/bin/busybox sh -c 'trap "" INT QUIT; /bin/busybox sleep 86402'"""
        await command.tell(command=words, without_shell=True)
        await asyncio.to_thread(eventually, lambda: any("sleep 86402" in each for each in processes(near, bare)))
        await command.tell(close=True)
        assert "goes on in the container until it ends by itself" in await command.until_closed()


def test_the_page_asks_before_it_runs_one_there(page: Page, near: Kubectl, bare: str) -> None:
    go_to(page, f"/clusters/test/pods/default/{bare}/run/")
    page.get_by_label("Command").fill("/bin/echo came-through")
    page.get_by_role("button", name="Run", exact=True).click()
    asked = page.get_by_role("dialog", name="Run it in an image without a shell?")
    asked.get_by_role("button", name="Run it").click(timeout=SLOW)
    expect(page.locator("#run-status")).to_have_text("The command ended with exit code 0.", timeout=SLOW)
    expect(page.locator("#output")).to_have_text("came-through\n", use_inner_text=True)
    expect(page.get_by_text("can only press Ctrl-C")).to_be_visible()


def test_a_command_on_the_page_has_no_input(page: Page, near: Kubectl) -> None:
    go_to(page, "/clusters/test/pods/default/run-page/run/")
    page.get_by_label("Command").fill("wc -c")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#run-status")).to_have_text("The command ended with exit code 0.", timeout=SLOW)
    expect(page.locator("#output")).to_have_text("0\n", use_inner_text=True)


def test_on_its_page(page: Page, near: Kubectl) -> None:
    go_to(page, "/clusters/test/pods/default/run-page/run/")
    page.get_by_label("Command").fill("sh -c 'echo $((6 * 7)); exit 4'")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#run-status")).to_have_text("The command ended with exit code 4.", timeout=SLOW)
    expect(page.locator("#output")).to_have_text("42\n", use_inner_text=True)
    expect(page.get_by_role("link", name="Run", exact=True)).to_have_attribute("aria-current", "page")
