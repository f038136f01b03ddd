"""The two secrets of an installation: given by the environment, or made once and kept in the data directory."""

import base64
import os
from pathlib import Path

SECRET_KEY_BYTES = 50
ENCRYPTION_KEY_BYTES = 32


def kept(file: Path, length: int) -> str:
    """The secret in `file`, base64 of `length` random bytes; made, readable by its owner only, where it is missing."""
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = base64.b64encode(os.urandom(length)).decode()
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(made + "\n", encoding="ascii")
    try:
        # A link, unlike a rename, leaves the secret that another process made meanwhile.
        os.link(draft, file)
    except FileExistsError:
        return file.read_text(encoding="ascii").strip()
    finally:
        draft.unlink()
    return made
