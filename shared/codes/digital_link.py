"""GS1 Digital Link URIs, read and written: ``https://host/stem/01/<GTIN>/10/<lot>?17=<expiry>``.

Source: GS1 Digital Link Standard, URI Syntax (uncompressed form). The path holds one primary key, the rightmost AI of the
path that is one, and its qualifiers in their order; what describes the item further stands in the query under its AI.
Query parameters whose names are not digits are other people's, and passed over. Neither the deprecated names (``/gtin/``)
nor GTINs shorter than 14 digits are taken, as in the GS1 Barcode Syntax Engine by default.
"""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote, unquote

from shared import problems
from shared.codes.ai import Element
from shared.codes.ai_table import TABLE
from shared.codes.checkdigit import DIGITS
from shared.errors import Refused

RESOLVER = "https://id.gs1.org"
"""The canonical host."""
KEYS_FIRST = ("00", "01", "8006", "8003", "8004")
"""What a link is about, if it holds several keys: a unit, an item, an asset; only then a place or a document."""

_URI = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")
"""RFC 3986 §2.2, §2.3, and the percent sign."""
_SCHEME = re.compile(r"(?:https?|HTTPS?)://")
_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")

Elements = tuple[Element, ...]


def looks_like_link(text: str) -> bool:
    """Whether ``text`` begins as a web address, in whatever case."""
    return re.match(r"https?://", text, re.IGNORECASE) is not None


def path_and_query(uri: str) -> tuple[list[str], str]:
    """The path segments (still percent-encoded) and the query of a web address; a fragment is left off.

    Raises:
        Refused: CODE_DIGITAL_LINK for characters, a scheme or a host that a URI cannot have. ``HtTp`` is refused: no
            encoder writes it, so it marks a text that was tampered with or misread.
    """
    if not _URI.fullmatch(uri):
        raise _refused(uri, "含有 URI 不允许的字符 / characters that a URI cannot have")
    if _BROKEN_PERCENT.search(uri):
        raise _refused(uri, "百分号编码错误 / broken percent-encoding")
    scheme = _SCHEME.match(uri)
    if scheme is None:
        raise _refused(uri, "须以 http:// 或 https:// 开头 / must begin with http:// or https://")
    address, _, query = uri[scheme.end() :].split("#", 1)[0].partition("?")
    host, *segments = address.split("/")
    if not _HOST.fullmatch(host):
        raise _refused(uri, "主机名无效 / not a host name")
    return segments, query


def key_position(segments: Sequence[str]) -> int | None:
    """Where in the path the primary key's AI stands: found from the right, two segments at a time."""
    for position in range(len(segments) - 2, -1, -2):
        ai = TABLE.get(segments[position])
        if ai is None:
            return None
        if ai.key is not None:
            return position
    return None


def split(uri: str) -> Elements:
    """The elements of a Digital Link: key, qualifiers, then the query in its order. Associations are not looked at.

    >>> [element.text for element in split("https://id.gs1.org/01/09520123456788/10/ABC1?17=180426")]
    ['(01)09520123456788', '(10)ABC1', '(17)180426']

    Raises:
        Refused: CODE_DIGITAL_LINK, and what :class:`~shared.codes.ai.Element` raises.
    """
    segments, query = path_and_query(uri)
    position = key_position(segments)
    if position is None:
        raise _refused(uri, "路径中没有 GS1 标识代码 / no GS1 key in the path")
    path = [
        Element(ai, _decoded(uri, value))
        for ai, value in zip(segments[position::2], segments[position + 1 :: 2], strict=True)
    ]
    order = [element.ai for element in path]
    if not _is_sequence(order):
        raise _refused(uri, f"路径顺序不允许 / not allowed in this order: {'/'.join(order)}")
    elements = list(path)
    for name, value in _attributes(query):
        _check_attribute(uri, name, order, [element.ai for element in elements])
        elements.append(Element(name, _decoded(uri, value, query=True)))
    return tuple(elements)


def build(elements: Sequence[Element], resolver: str = RESOLVER) -> str:
    """The Digital Link of ``elements`` under ``resolver`` (a web address, perhaps with a path).

    Its primary key is a logistic unit or an item before any other, as long as every element then has a place; of the key's
    sequences of qualifiers the one with most elements is taken.

    >>> build([Element("01", "09520123456788"), Element("17", "180426"), Element("10", "A/1")])
    'https://id.gs1.org/01/09520123456788/10/A%2F1?17=180426'

    Raises:
        Refused: CODE_DIGITAL_LINK where there is no key, or an element has no place in a link.
    """
    by_ai = {element.ai: element for element in elements}
    keys = sorted((ai for ai in by_ai if TABLE[ai].key is not None), key=_preference)
    refused = _refused(resolver, "没有 GS1 标识代码 / there is no GS1 key")
    for key in keys:
        uri = _under(key, by_ai, resolver)
        try:
            split(uri)
        except Refused as problem:
            refused = problem
        else:
            return uri
    raise refused


def _preference(ai: str) -> int:
    return KEYS_FIRST.index(ai) if ai in KEYS_FIRST else len(KEYS_FIRST)


def _under(key: str, by_ai: Mapping[str, Element], resolver: str) -> str:
    """The link whose primary key is ``key``, whether or not everything may stand where it then stands."""
    sequences = TABLE[key].key or ()
    qualifiers = max(([ai for ai in sequence if ai in by_ai] for sequence in sequences), key=len)
    path = [by_ai[ai] for ai in (key, *qualifiers)]
    query = [element for ai, element in by_ai.items() if ai not in (key, *qualifiers)]
    uri = resolver.rstrip("/") + "".join(f"/{e.ai}/{quote(e.value, safe='')}" for e in path)
    return uri + ("?" if query else "") + "&".join(f"{e.ai}={quote(e.value, safe='')}" for e in query)


def _attributes(query: str) -> list[tuple[str, str]]:
    """The parameters that are named by an AI, or would be: names of digits only."""
    pairs = [parameter.partition("=") for parameter in query.split("&") if "=" in parameter]
    return [(name, value) for name, _, value in pairs if name and DIGITS.issuperset(name)]


def _check_attribute(uri: str, ai: str, path: Sequence[str], present: Sequence[str]) -> None:
    if ai not in TABLE:
        raise Refused(problems.CODE_UNKNOWN_AI, ai=ai, value=uri)
    if ai in present:
        raise _refused(uri, f"({ai}) 重复 / ({ai}) twice")
    if not TABLE[ai].attribute:
        raise _refused(uri, f"({ai}) 不能作为查询参数 / ({ai}) cannot stand in the query")
    if any(_is_sequence([*path[:place], ai, *path[place:]]) for place in range(1, len(path) + 1)):
        raise _refused(uri, f"({ai}) 应在路径中 / ({ai}) belongs in the path")


def _is_sequence(order: Sequence[str]) -> bool:
    """Whether a key and what follows it keep the order of one of the key's sequences of qualifiers."""
    key, *qualifiers = order
    return any(_keeps_order(qualifiers, sequence) for sequence in TABLE[key].key or ())


def _keeps_order(part: Sequence[str], whole: Sequence[str]) -> bool:
    remaining = iter(whole)
    return all(item in remaining for item in part)


def _decoded(uri: str, value: str, *, query: bool = False) -> str:
    """A value without its percent-encoding, as ISO-8859-1: what is beyond ASCII is refused by the AI's characters.

    In a query ``+`` means a space to some readers and itself to others, so it must be written %2B.
    """
    if query and "+" in value:
        raise _refused(uri, "查询参数中的 + 须写作 %2B / + in the query must be written %2B")
    return unquote(value, encoding="iso-8859-1")


def _refused(uri: str, reason: str) -> Refused:
    return Refused(problems.CODE_DIGITAL_LINK, value=uri, reason=reason)
