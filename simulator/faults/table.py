"""Every fault by name: what it does, and what it breaks in a client that does not expect it."""

from simulator.api.routing import RequestInfo
from simulator.faults import answers, bodies, logs, sockets, world
from simulator.faults.faults import Fault, is_exec, is_log, is_watch
from simulator.faults.hostile import SPOILS
from simulator.faults.stage import Stage


def _goes_on(info: RequestInfo) -> bool:
    return info.verb == "list" and bool(info.query.get("continue"))


def _lists_in_a_watch(info: RequestInfo) -> bool:
    return is_watch(info) and info.flag("sendInitialEvents")


def _is_list(info: RequestInfo) -> bool:
    return info.verb in ("list", "watch")


_SILENT_HTTP = (
    Fault(
        "silence",
        "Accepts requests and answers nothing; streams that are open send nothing more.",
        "Whoever waits without a limit waits for ever, and shows what it had as if it were so still.",
        request=answers.silence,
        body=bodies.Silence,
    ),
    Fault(
        "slow",
        "Answers after so many seconds.",
        "A page that waits for one cluster's answer is slow for all clusters.",
        {"seconds": 5.0},
        request=answers.slow,
    ),
    Fault(
        "reset",
        "Ends connections with RST: of new requests, and of streams that are open.",
        "A retry without a pause becomes a hot loop.",
        request=answers.reset,
        body=bodies.Reset,
    ),
)

_WATCHES = (
    Fault(
        "gone",
        "Answers a watch with the HTTP status 410.",
        "Without a new list, and deletions of what is not in it, rows stay that are no more.",
        concerns=is_watch,
        request=answers.gone,
    ),
    Fault(
        "gone-event",
        "Sends an ERROR event with code 410 within a watch that was answered with 200, and ends it.",
        "Who looks at HTTP codes only tries the same version for ever.",
        concerns=is_watch,
        body=bodies.GoneEvent,
    ),
    Fault(
        "gone-on-continue",
        "Answers the second and later pages of a list with 410.",
        "Half a list is taken for a whole one, or the same page is asked for again and again.",
        concerns=_goes_on,
        request=answers.gone_on_continue,
    ),
    Fault(
        "too-large-version",
        'Answers 504 "Too large resource version", as after a restore from a backup.',
        "A version that will not come is waited for, for years perhaps.",
        concerns=_is_list,
        request=answers.too_large_version,
    ),
    Fault(
        "cut",
        "Closes the connection after so many bytes of a body, wherever that is: within a line or a character too.",
        "The last, incomplete line is taken for an event, or events are lost or applied twice.",
        {"after": 0},
        body=bodies.cut,
    ),
    Fault(
        "end",
        "Ends a body in good order after so many bytes.",
        "The end of a watch is taken for a fault, or asked for again without a pause.",
        {"after": 0},
        body=bodies.end,
    ),
    Fault(
        "no-bookmarks",
        "Sends no bookmarks in watches that begin from now on.",
        "Silence, which is normal here, is taken for a dead connection; a quiet kind's version expires.",
        concerns=is_watch,
        request=answers.no_bookmarks,
    ),
    Fault(
        "no-streaming-lists",
        'Refuses sendInitialEvents with 422 (how="refuse"), or overlooks it (how="overlook").',
        "Who waits for the bookmark that ends the list waits for ever.",
        {"how": "refuse"},
        concerns=_lists_in_a_watch,
        request=answers.no_streaming_lists,
    ),
    Fault(
        "broken-json",
        'Sends lines of a watch by half: those of an object with that name, or ("") any; so many, or (0) all.',
        "One line ends the whole watch, again and again.",
        {"name": "", "lines": 1},
        concerns=is_watch,
        body=bodies.broken_json,
    ),
    Fault(
        "missing-metadata",
        "Sends objects without metadata in a watch; name and lines as with broken-json.",
        "An object without a name or uid ends the watch, or becomes a row that nothing ever deletes.",
        {"name": "", "lines": 1},
        concerns=is_watch,
        body=bodies.missing_metadata,
    ),
)

_ANSWERS = (
    Fault(
        "too-many-requests",
        "Answers 429 with Retry-After.",
        "Who asks again sooner, or lists anew each time, keeps the server down.",
        {"retry_after": 7},
        request=answers.too_many_requests,
    ),
    Fault(
        "unavailable",
        "Answers 503, with Retry-After where retry_after is not 0.",
        "The same, without a word of how long.",
        {"retry_after": 0},
        request=answers.unavailable,
    ),
    Fault(
        "server-error",
        "Answers 500.",
        "A server that is ill for a moment is listed anew.",
        request=answers.server_error,
    ),
    Fault(
        "web-page",
        "Answers 200 with the page of a sign-in proxy.",
        "A page that is no list is read as an empty one: the cluster looks empty and well.",
        request=answers.web_page,
    ),
    Fault(
        "not-acceptable",
        "Answers 406.",
        "It looks like a fault that will pass, and is asked for again without end.",
        request=answers.not_acceptable,
    ),
    Fault(
        "tables",
        "Sends tables where objects were asked for.",
        "A table has no items: the cluster looks empty and well.",
        concerns=_is_list,
        request=answers.tables,
    ),
)

_STREAMS = (
    Fault(
        "no-status",
        "Ends a command without a word of how it ended.",
        "The exit code is taken for 0.",
        concerns=is_exec,
        body=sockets.NoStatus,
    ),
    Fault(
        "refuse-upgrade",
        "Answers 302, 403 or 500 where a command asks for a websocket.",
        "A redirect is followed with the credentials; a refusal shows nothing.",
        {"code": 403},
        concerns=is_exec,
        request=answers.refuse_upgrade,
    ),
    Fault(
        "same-timestamps",
        "Gives all lines of a log the timestamp of the first.",
        "Who goes on after a timestamp loses all lines that share it, or shows them twice.",
        concerns=is_log,
        body=logs.SameTimestamps,
    ),
    Fault(
        "rotated-log",
        "Leaves out the first lines of a log, as if they had been rotated away.",
        "Lines are missing and nobody says so.",
        {"lines": 100},
        concerns=is_log,
        body=logs.Rotated,
    ),
    Fault(
        "long-line",
        "Begins a log with one line of 200 MB, or so many bytes.",
        "It is gathered in memory until the process is killed.",
        {"bytes": 200 * 1000 * 1000},
        concerns=is_log,
        body=logs.LongLine,
    ),
    Fault(
        "no-utf8",
        "Ends every line of a log with bytes that are no UTF-8.",
        "Decoding fails and ends the stream.",
        concerns=is_log,
        body=logs.NoUtf8,
    ),
    Fault(
        "no-final-newline",
        "Leaves out the newline at the end of a log.",
        "The last line, which says why it died, is never shown.",
        concerns=is_log,
        body=logs.NoFinalNewline,
    ),
)

_ONCE = (
    Fault(
        "forget-history",
        'Forgets the changes of a kind ("": of all), so that older versions and continue tokens expire for real.',
        "As gone.",
        {"kind": ""},
        once=world.forget_history,
    ),
    Fault(
        "hostile-pod",
        f"Creates a pod past all validation; how is one of {', '.join(SPOILS)}.",
        "One object that cannot be read ends the watch of its kind.",
        {"how": "huge-annotation", "name": "hostile", "namespace": "default"},
        once=world.create_hostile,
    ),
    Fault(
        "expired-token",
        "Lets a user's token expire after so many seconds.",
        "It is asked again and again with a token that is no good, and the cluster is called unreachable.",
        {"user": "admin", "seconds": 0.0},
        once=world.expire_token,
    ),
    Fault(
        "rotated-token",
        "Gives a user another token, in the kubeconfig too; the old one is no good.",
        "As expired-token, until somebody restarts the client.",
        {"user": "admin"},
        once=world.rotate_token,
    ),
    Fault(
        "rotated-certificate",
        "Shows new connections another certificate of the same CA.",
        "Who trusts the certificate and not its CA is locked out.",
        once=world.rotate_certificate,
    ),
    Fault(
        "rotated-ca",
        "Makes another CA, and a certificate of it for new connections; the kubeconfig has it.",
        "Who reads the CA once is locked out for ever.",
        once=world.rotate_authority,
    ),
    Fault(
        "clock-jump",
        "Sets the cluster's wall clock forward or back.",
        "Ages are negative, and what is sorted by time is out of order.",
        {"seconds": 3600.0},
        once=world.jump_clock,
    ),
    Fault(
        "bookmark-pace",
        "Sends bookmarks every so many seconds, in watches that begin from now on.",
        "None; a minute is long for a test.",
        {"seconds": 1.0},
        once=world.pace_bookmarks,
    ),
    Fault(
        "dropped-packets",
        "Passes no byte any more, either way, on connections old and new, and closes none; pass-packets ends it.",
        "Whoever waits without a limit waits for ever.",
        once=world.drop_packets,
    ),
    Fault("pass-packets", "Ends dropped-packets; what was held back arrives.", "None.", once=world.pass_packets),
    Fault(
        "reset-connections",
        "Ends every connection that stands with RST.",
        "All watches of all kinds list anew at the same moment.",
        once=world.on_connections(Stage.reset),
    ),
)

FAULTS = {fault.name: fault for fault in (*_SILENT_HTTP, *_WATCHES, *_ANSWERS, *_STREAMS, *_ONCE)}
"""By name."""
