"""Every message the screens show, found in their source: ``tr._``, ``tr.plural`` and ``marked``, in Python and in kv."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

APP = Path(__file__).parents[3] / "driver_app"
_LITERAL = r"'((?:[^'\\]|\\.)*)'"
_SINGLE = re.compile(r"tr\._\(\s*" + _LITERAL)
_PLURAL = re.compile(r"tr\.plural\(\s*" + _LITERAL + r"\s*,\s*" + _LITERAL)


def sources() -> list[Path]:
    return sorted(p for p in APP.rglob("*") if p.suffix in (".py", ".kv") and "services" not in p.parts)


def messages() -> dict[str, str | None]:
    """Each message's id and, for those with numbers, its plural."""
    found: dict[str, str | None] = {}
    for path in sources():
        text = path.read_text(encoding="utf-8")
        pairs = _in_python(text) if path.suffix == ".py" else _in_kv(text)
        found.update(pairs)
    return found


def _in_kv(text: str) -> Iterator[tuple[str, str | None]]:
    for match in _SINGLE.finditer(text):
        yield _unquoted(match[1]), None
    for match in _PLURAL.finditer(text):
        yield _unquoted(match[1]), _unquoted(match[2])


def _unquoted(text: str) -> str:
    return str(ast.literal_eval(f"'{text}'"))


def _in_python(text: str) -> Iterator[tuple[str, str | None]]:
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = node.args[0].value
        if name in ("_", "marked") and isinstance(first, str):
            yield first, None
        elif name == "plural" and isinstance(node.args[1], ast.Constant):
            yield first, node.args[1].value
