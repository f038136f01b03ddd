"""What runs in a container to start a shell and to end it: plain POSIX sh, for images with little else in them.

Closing an exec ends nothing in the container: the runtime keeps the terminal. So the shell's environment carries a
mark, and whatever carries it is ended by us. A process that threw its environment away is found by its session.
Reading /proc: https://man7.org/linux/man-pages/man5/proc.5.html
"""

from collections.abc import Sequence
from uuid import UUID

SHELLS = ("auto", "bash", "sh")
"""Which shells may be asked for; `auto` is bash where the image has it, else sh."""

# $1 is the id of the session, $2 the shell asked for. An empty HISTFILE keeps bash and ash from writing their history
# into the container; within the session it works.
_START = """
export PILOTHOUSE_SESSION="$1" TERM=xterm-256color HISTFILE=
shell=$2
if [ "$shell" = auto ]; then
  shell=sh
  command -v bash >/dev/null 2>&1 && shell=bash
fi
exec "$shell"
"""

# $1 is the id of the session, the rest is the command.
_RUN = """
export PILOTHOUSE_SESSION="$1"
shift
exec "$@"
"""

# `read` drops the NULs between variables, so that the pattern looks into one long line.
_SWEEP = """
carries() {
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in *"$2"*) return 0 ;; esac
  done 2>/dev/null <"$1/environ"
  return 1
}
look_at() {
  state=Z
  { read -r stat <"$1/stat"; } 2>/dev/null || return 1
  set -- ${stat##*) }
  state=$1 session=$4
  [ "$state" != Z ] && [ "$state" != X ]
}
find_ours() {
  ours= sessions=' '
  for process in /proc/[0-9]*; do
    if look_at "$process" && carries "$process" "PILOTHOUSE_SESSION=$id"; then
      ours="$ours ${process#/proc/}"
      sessions="$sessions$session "
    fi
  done
  [ -z "$ours" ] && return 1
  for process in /proc/[0-9]*; do
    look_at "$process" || continue
    case $sessions in *" $session "*) ours="$ours ${process#/proc/}" ;; esac
  done
}
sweep() {
  find_ours || return 0
  kill -HUP $ours 2>/dev/null
  kill -CONT $ours 2>/dev/null
  sleep 1 2>/dev/null
  for attempt in 1 2 3 4 5; do
    find_ours || return 0
    kill -KILL $ours 2>/dev/null
    sleep 1 2>/dev/null
  done
  ! find_ours
}
"""

# A newline from us and the end of input, when we died, wake it alike.
_LEASH = f"""
id=$1
{_SWEEP}
read -r told
sweep
"""

# For a session whose leash is lost or does not answer.
_END = f"""
id=$1
{_SWEEP}
sweep
ended=$?
for process in /proc/[0-9]*; do
  look_at "$process" && carries "$process" "PILOTHOUSE_LEASH=$id" && kill -KILL "${{process#/proc/}}" 2>/dev/null
done
exit $ended
"""


def start(session: UUID, shell: str) -> Sequence[str]:
    """The command that becomes one of SHELLS with the session's mark in its environment."""
    return ("sh", "-c", _START, "sh", str(session), shell)


def run(session: UUID, words: Sequence[str]) -> Sequence[str]:
    """The command that becomes that of `words` with the session's mark in its environment."""
    return ("sh", "-c", _RUN, "sh", str(session), *words)


def leash(session: UUID) -> Sequence[str]:
    """The command that waits for a line or the end of its input, then ends all processes of the session and itself."""
    return ("sh", "-c", 'PILOTHOUSE_LEASH="$1" exec sh -c "$2" sh "$1"', "sh", str(session), _LEASH)


def end(session: UUID) -> Sequence[str]:
    """The command that ends all processes of the session, its leash too; exits with 0 when none is left."""
    return ("sh", "-c", _END, "sh", str(session))
