"""The two secrets of an installation: given by the environment, or made once and kept in the data directory."""

import base64
import binascii
import os
from pathlib import Path

from dashboard.env import BadSetting

SECRET_KEY_BYTES = 50
ENCRYPTION_KEY_BYTES = 32


def kept(file: Path, length: int) -> str:
    """The secret in `file`, base64 of `length` random bytes; made, readable by its owner only, where it is missing.

    Raises BadSetting where the file holds something else, or cannot be read.
    """
    if file.exists():
        return _read(file, length)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = base64.b64encode(os.urandom(length)).decode()
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(made + "\n", encoding="ascii")
    try:
        # A link, unlike a rename, leaves the secret that another process made meanwhile.
        os.link(draft, file)
    except FileExistsError:
        return _read(file, length)
    finally:
        draft.unlink()
    return made


def _read(file: Path, length: int) -> str:
    """The secret, which is never part of a message."""
    try:
        secret = file.read_text(encoding="ascii").strip()
        is_whole = len(base64.b64decode(secret, validate=True)) == length
    except OSError as error:
        raise BadSetting(f"{file} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, binascii.Error):
        is_whole = False
    if not is_whole:
        raise BadSetting(
            f"{file} does not hold what Pilothouse wrote there: {length} bytes as base64. Bring the file back from a "
            "backup. Without it remove it, and a new one is made: docs/operating.md says what is lost with the old one."
        )
    return secret
