"""Tells whether a text may be in a chunk without opening its file: a Bloom filter of its three-letter pieces.

The filter is kept encrypted beside the chunk, so it gives nothing away; what it finds is looked up in the chunk itself.
"""

import hashlib
from collections.abc import Iterable, Iterator

SHORTEST = 3
BITS_A_PIECE = 12
HASHES = 5
"""With 12 bits a piece, about one piece in 250 is found that is not there."""

SMALLEST = 64


def pieces(text: str) -> set[str]:
    """Every three letters in a row, in small letters."""
    folded = text.casefold()
    return {folded[at : at + SHORTEST] for at in range(len(folded) - SHORTEST + 1)}


def pack(found: Iterable[str]) -> bytes:
    """The filter of these pieces."""
    all_pieces = set(found)
    filter_ = bytearray(max(SMALLEST, len(all_pieces) * BITS_A_PIECE // 8))
    for piece in all_pieces:
        for bit in _bits(piece, len(filter_) * 8):
            filter_[bit // 8] |= 1 << bit % 8
    return bytes(filter_)


def may_have(filter_: bytes, text: str) -> bool:
    """False where the text, of SHORTEST letters or more, is in none of the lines that the filter was made of."""
    return all(filter_[bit // 8] >> bit % 8 & 1 for piece in pieces(text) for bit in _bits(piece, len(filter_) * 8))


def _bits(piece: str, size: int) -> Iterator[int]:
    digest = hashlib.blake2b(piece.encode(errors="replace"), digest_size=16).digest()
    first, step = int.from_bytes(digest[:8]), int.from_bytes(digest[8:]) | 1
    return ((first + number * step) % size for number in range(HASHES))
