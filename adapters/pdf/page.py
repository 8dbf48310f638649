"""Renders a reply as an accessible PDF on A4: tagged, titled, real text (PDF/UA-1), by Typst."""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst
from pydantic import TypeAdapter

from bot.replies import Reply

_TEMPLATE = Path(__file__).parent / "page.typ"
_REPLY = TypeAdapter(Reply)
ACCESSIBLE = "ua-1"  # refuses a text with a character that no font has
_PLAIN = frozenset(map(chr, range(32, 127))) | {"\n"}
REPLACED = "□"
REPLACEMENT_NOTE = f"{REPLACED} stands for a character that this document's typefaces do not have."


def to_pdf(reply: Reply, *, title: str, made: str) -> bytes:
    """A reply without its buttons.

    Args:
        title: of the document, which readers announce.
        made: what the foot of each page says.
    """
    words = {"title": title, **_REPLY.dump_python(reply, mode="json", exclude={"actions"})}
    table = {ord(char): REPLACED for char in _unshown(set("".join(_texts(words))) - _PLAIN)}
    legible = _translated(words, table)
    inputs = {
        "reply": json.dumps(legible, ensure_ascii=False),
        "made": f"{made} {REPLACEMENT_NOTE}" if table else made,
    }
    try:
        return _compiled(_TEMPLATE.read_bytes(), inputs, [ACCESSIBLE])
    except typst.TypstError:  # letters that only together have no sign; better an imperfect document than none
        return _compiled(_TEMPLATE.read_bytes(), inputs, [])


def _texts(node: Any) -> Iterator[str]:
    """Every text in JSON-ready data."""
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _texts(child)
    elif isinstance(node, str):
        yield node


def _translated(node: Any, table: Mapping[int, str]) -> Any:
    if isinstance(node, dict):
        return {key: _translated(child, table) for key, child in node.items()}
    if isinstance(node, list):
        return [_translated(child, table) for child in node]
    return node.translate(table) if isinstance(node, str) else node


def _unshown(strange: set[str]) -> list[str]:
    """Those of some characters that cannot be shown: controls, halves of pairs, and what no font has."""
    never = [char for char in strange if unicodedata.category(char) in ("Cc", "Cs")]
    return never + _missing(sorted(strange.difference(never)))


def _missing(chars: list[str]) -> list[str]:
    """Those that no font has, by halves: nearly always all are there."""
    if not chars or _is_shown("".join(chars)):
        return []
    if len(chars) == 1:
        return chars
    half = len(chars) // 2
    return _missing(chars[:half]) + _missing(chars[half:])


def _is_shown(text: str) -> bool:
    probe = b'#set document(title: "probe")\n#sys.inputs.text'
    try:
        _compiled(probe, {"text": text}, [ACCESSIBLE])
    except typst.TypstError:
        return False
    return True


def _compiled(source: bytes, inputs: dict[str, str], standards: list[str]) -> bytes:
    made = typst.Compiler(source, font_paths=_fonts(), sys_inputs=inputs).compile(pdf_standards=standards)
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    return made


@cache
def _fonts() -> typst.Fonts:
    """Those that come with Typst: the same document on every machine."""
    return typst.Fonts(include_system_fonts=False)
