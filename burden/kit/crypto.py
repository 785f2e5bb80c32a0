"""Sealing what must not be read from the database alone: AES-256-GCM with a key for each case, wrapped by one of the portal's.

The portal's keys come from SECRET_KEY, one for each purpose: whoever holds a dump but not the environment reads nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

KEY_BYTES, NONCE_BYTES = 32, 12
ROUNDS = 10  # of a permutation
MOST_ID = 2**52  # scripts in browsers count exactly up to 2**53


class Unreadable(ValueError):
    """What was sealed under another key, or changed since."""


@lru_cache(maxsize=16)
def _own_key(purpose: str, secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"burden.{purpose}".encode()).derive(
        secret.encode()
    )


def own_key(purpose: str) -> bytes:
    """Return the portal's key for one purpose."""
    return _own_key(purpose, settings.SECRET_KEY)


def seal(key: bytes, plain: bytes) -> bytes:
    """Encrypt, so that a change shows."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, None)


def unseal(key: bytes, sealed: bytes) -> bytes:
    """Decrypt. Refuses (Unreadable): another key, or something changed."""
    held = bytes(sealed)
    try:
        return AESGCM(key).decrypt(held[:NONCE_BYTES], held[NONCE_BYTES:], None)
    except InvalidTag as error:
        raise Unreadable from error


def new_case(purpose: str) -> tuple[bytes, bytes]:
    """Make the key of one case. Shape: the key, and the same wrapped, as it is stored."""
    key = AESGCM.generate_key(8 * KEY_BYTES)
    return key, seal(own_key(purpose), key)


def case_key(purpose: str, wrapped: bytes) -> bytes:
    """Unwrap the key of one case. Refuses: Unreadable."""
    return unseal(own_key(purpose), wrapped)


def mark_of(purpose: str, *about: object) -> str:
    """Return a mark that is the same for the same thing, and tells nobody without the portal's key of what it is."""
    words = "|".join(map(str, about)).encode()
    return hmac.new(own_key(purpose), words, hashlib.sha256).hexdigest()


def permuted(purpose: str, number: int, size: int, *about: object, back: bool = False) -> int:
    """Return where a number below `size` lies in an order that only the portal knows; with `back`, which number lies there.

    No two numbers share a place. Shape: a Feistel network over the next even count of bits, walked until below `size`.
    Refuses (ValueError): a number that is not below it.
    """
    if not 0 <= number < size:
        raise ValueError(number)
    bits = -(-(size - 1).bit_length() // 2)
    while True:
        number = _mixed(purpose, number, bits, about, back=back)
        if number < size:
            return number


def _mixed(purpose: str, number: int, bits: int, about: tuple[object, ...], *, back: bool) -> int:
    left, right = number >> bits, number & (1 << bits) - 1
    if back:
        left, right = right, left
    for turn in reversed(range(ROUNDS)) if back else range(ROUNDS):
        drawn = int(mark_of(purpose, *about, turn, right), 16) & (1 << bits) - 1
        left, right = right, left ^ drawn
    return right << bits | left if back else left << bits | right


def chance_id() -> int:
    """Draw the number of a row whose order among others must say nothing."""
    return secrets.randbelow(MOST_ID - 1) + 1
