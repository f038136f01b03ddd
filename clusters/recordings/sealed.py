"""Recordings at rest: encrypted, and linked so that a change is found.

Each chunk is a gzip member (RFC 1952) under AES-256-GCM (NIST SP 800-38D), by a key of its recording that HKDF
(RFC 5869) draws from the installation's encryption key. Its link is an HMAC over the link before and the file; the
first continues one over who recorded what. Whoever has the storage and the database but not the key can neither read
nor change anything unseen.
"""

import gzip
import hashlib
import hmac
import json
import os
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from clusters.models import Recording, RecordingChunk

VERSION = b"\x01"
NONCE_BYTES = 12
WORDS = "words"


class Tampered(Exception):
    """A part of a recording is not what was written, or was written under another key; the message says which."""


def first_link(recording: Recording) -> str:
    """Where the chain of a recording begins: with what is known of it at the start."""
    return _link(
        recording.pk,
        recording.username,
        recording.cluster_name,
        recording.namespace,
        recording.pod,
        recording.container,
        recording.command,
        recording.policy,
        recording.with_input,
        recording.started,
    )


def next_link(recording: UUID, before: str, number: int, file: bytes) -> str:
    """The link of a chunk with that file, after the link `before`."""
    return _link(recording, before, number, hashlib.sha256(file).hexdigest())


def final_seal(recording: Recording, last: RecordingChunk | None) -> str:
    """What `Recording.seal` must be after its last chunk."""
    number, link = (last.number, last.link) if last else (0, first_link(recording))
    return _link(
        recording.pk,
        link,
        number,
        recording.ended,
        recording.length,
        recording.exit_code,
        recording.broken_off,
        recording.printed,
        recording.stored,
    )


def seal_chunk(recording: UUID, before: str, number: int, cast: bytes, *, level: int) -> bytes:
    """The file of a chunk with these lines; `level` of compression, 1 quick to 9 small."""
    return _seal(recording, _place(before, number), gzip.compress(cast, level, mtime=0))


def open_chunk(recording: UUID, before: str, number: int, file: bytes) -> bytes:
    """The lines of a chunk. Raises Tampered."""
    return gzip.decompress(_open(recording, _place(before, number), file))


def seal_words(recording: UUID, number: int, words: bytes) -> bytes:
    """The search filter of a chunk, encrypted."""
    return _seal(recording, _place(WORDS, number), words)


def open_words(recording: UUID, number: int, sealed: bytes) -> bytes:
    """The search filter of a chunk. Raises Tampered."""
    return _open(recording, _place(WORDS, number), sealed)


def _place(before: str, number: int) -> bytes:
    return f"{before} {number}".encode()


def _seal(recording: UUID, place: bytes, data: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + _cipher(recording).encrypt(nonce, data, place)


def _open(recording: UUID, place: bytes, sealed: bytes) -> bytes:
    version, nonce, ciphertext = sealed[:1], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    if version != VERSION or len(nonce) < NONCE_BYTES:
        raise Tampered("It is not a part of a recording.")
    try:
        return _cipher(recording).decrypt(nonce, ciphertext, place)
    except InvalidTag:
        raise Tampered("It was changed, belongs elsewhere, or was encrypted with another key.") from None


def _cipher(recording: UUID) -> AESGCM:
    return AESGCM(_key(b"pilothouse recording " + recording.bytes))


def _link(*parts: Any) -> str:
    text = json.dumps([str(part) for part in parts]).encode()
    return hmac.new(_key(b"pilothouse recordings, linked"), text, hashlib.sha256).hexdigest()


def _key(purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(settings.PILOTHOUSE_ENCRYPTION_KEY)
