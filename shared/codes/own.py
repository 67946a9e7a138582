"""The two codes we print ourselves: how a handheld enrols, and what a receiver keeps of a handover.

Our own form, version 1: ``HANDOVER1:E:`` or ``HANDOVER1:R:``, then fields percent-encoded as UTF-8 and joined by ``|``, so
the text is plain ASCII and survives every scanner. A later version has another number and is refused, not guessed at.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from urllib.parse import quote, unquote

import msgspec

from shared import problems
from shared.errors import Refused

PREFIX = "HANDOVER"
ENROLMENT = "HANDOVER1:E:"
RECEIPT = "HANDOVER1:R:"

ORGANISATION_MAX = 60
"""Characters: keeps the code at a size that a handheld's camera reads off a sheet of paper."""
URL_MAX = 500
_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*)?")
_ONE_TIME_CODE = re.compile(r"[A-Za-z0-9_-]{6,64}")
_HASH = re.compile(r"[0-9a-f]{64}")
_PROOF_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PLAIN = "!$'()*,-./:;=?@_~&+#[]"
"""What stays as it is inside a field: readable addresses, but never ``%`` or ``|``."""


class Enrolment(msgspec.Struct, frozen=True, tag_field="kind", tag="enrolment"):
    """What a handheld needs to enrol, valid by construction.

    ``url``: the server, without query or fragment. ``one_time_code``: 6 to 64 letters, digits, ``-`` or ``_``.
    ``server_key``: its raw Ed25519 public key (RFC 8032), 32 bytes, as base64url without padding. ``organisation``: what to
    call it on the screen.

    Raises:
        Refused: CODE_CONTENT, naming the field.
    """

    url: str
    one_time_code: str
    server_key: str
    organisation: str | None = None

    def __post_init__(self) -> None:
        _check_url(self.url)
        _hold("?" not in self.url and "#" not in self.url, "URL", self.url)
        _hold(
            _ONE_TIME_CODE.fullmatch(self.one_time_code) is not None, "一次性登记码 / one-time code", self.one_time_code
        )
        _hold(_key_bytes(self.server_key) is not None, "Ed25519", self.server_key)
        name = self.organisation
        ok = name is None or (name.isprintable() and name == name.strip() and 0 < len(name) <= ORGANISATION_MAX)
        _hold(ok, "单位名称 / organisation", name)

    @property
    def public_key(self) -> bytes:
        """The server's raw Ed25519 public key, 32 bytes."""
        return urlsafe_b64decode(self.server_key + "=")

    @property
    def text(self) -> str:
        """What the QR code holds."""
        fields = [self.url, self.one_time_code, self.server_key]
        if self.organisation is not None:
            fields.append(self.organisation)
        return ENROLMENT + _join(fields)


class ReceiptCode(msgspec.Struct, frozen=True, tag_field="kind", tag="receipt"):
    """What is printed on a receiver's copy, valid by construction: enough to check the proof without trusting the paper.

    ``record_hash``: SHA-256 of the record, 64 lower-case hexadecimal digits. ``proof_id``: names the proof. ``url``: where
    it can be looked at.

    Raises:
        Refused: CODE_CONTENT, naming the field.
    """

    record_hash: str
    proof_id: str
    url: str

    def __post_init__(self) -> None:
        _hold(_HASH.fullmatch(self.record_hash) is not None, "SHA-256", self.record_hash)
        _hold(_PROOF_ID.fullmatch(self.proof_id) is not None, "凭证编号 / proof id", self.proof_id)
        _check_url(self.url)

    @property
    def text(self) -> str:
        """What the QR code holds."""
        return RECEIPT + _join([self.record_hash, self.proof_id, self.url])


def server_key(public_key: bytes) -> str:
    """A raw Ed25519 public key as :class:`Enrolment` carries it.

    Raises:
        Refused: CODE_LENGTH where it is not 32 bytes.
    """
    if len(public_key) != 32:
        raise Refused(problems.CODE_LENGTH, what="Ed25519", value=public_key.hex(), expected=32)
    return urlsafe_b64encode(public_key).decode().rstrip("=")


def parse(text: str) -> Enrolment | ReceiptCode:
    """One of our own codes.

    >>> receipt = ReceiptCode("0f" * 32, "0190-7", "https://example.cn/p/0190-7")
    >>> parse(receipt.text) == receipt
    True

    Raises:
        Refused: CODE_UNREADABLE for another version, another kind or a wrong number of fields; CODE_CONTENT.
    """
    code: Enrolment | ReceiptCode
    match text[: len(ENROLMENT)], _split(text):
        case "HANDOVER1:E:", [url, one_time_code, key]:
            code = Enrolment(url, one_time_code, key)
        case "HANDOVER1:E:", [url, one_time_code, key, organisation]:
            code = Enrolment(url, one_time_code, key, organisation)
        case "HANDOVER1:R:", [record_hash, proof_id, url]:
            code = ReceiptCode(record_hash, proof_id, url)
        case _:
            raise Refused(
                problems.CODE_UNREADABLE,
                value=text,
                reason="版本或栏目数不符 / not a version or number of fields known here",
            )
    if code.text != text:
        raise Refused(problems.CODE_UNREADABLE, value=text, reason="写法不规范 / not written the one way it can be")
    return code


def _split(text: str) -> list[str]:
    try:
        return [unquote(field, errors="strict") for field in text[len(ENROLMENT) :].split("|")]
    except UnicodeDecodeError as error:
        raise Refused(problems.CODE_UNREADABLE, value=text, reason=f"UTF-8: {error.reason}") from error


def _join(fields: list[str]) -> str:
    return "|".join(quote(field, safe=_PLAIN) for field in fields)


def _check_url(url: str) -> None:
    _hold(len(url) <= URL_MAX and _URL.fullmatch(url) is not None, "URL", url)


def _key_bytes(text: str) -> bytes | None:
    """The 32 bytes of a key, if ``text`` is the one way to write them."""
    try:
        raw = urlsafe_b64decode(text + "=")
    except (Base64Error, ValueError):
        return None
    return raw if len(raw) == 32 and urlsafe_b64encode(raw).decode().rstrip("=") == text else None


def _hold(ok: bool, what: str, value: object) -> None:
    if not ok:
        raise Refused(problems.CODE_CONTENT, what=what, value=value)
