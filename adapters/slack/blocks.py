"""Reply → Block Kit.

Pure. All text is escaped here and nowhere else, so that none of it can ping, mention or link.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from bot import wording
from bot.replies import (
    Action,
    Cited,
    Heading,
    Item,
    Items,
    Note,
    Paragraph,
    Part,
    Reply,
    SaidBySomeone,
)

Json = dict[str, Any]
Shown = Callable[[str], str]  # text as it will be counted: escaped, or as it is

# Slack's limits, in characters unless said otherwise
MESSAGE_BLOCKS = 50  # blocks
HEADER = 150
SECTION = 3_000
CONTEXT = 2_000
BUTTONS = 25  # elements of one actions block
BUTTON_LABEL = 75
BUTTON_VALUE = 2_000
TEXT = 4_000  # chat.postMessage takes ten times as much, but chat.update does not
# Slack refuses (msg_blocks_too_long) a little above 13,000 characters in all blocks together. Documented
# nowhere, reported in bolt-js issues 2509 and 2867, where the blocks' own JSON seems to count.
MESSAGE_JSON = 10_000
LEAST_JSON = 5_000  # for what is said, however much the buttons take


_RATING = {"helpful": "positive_button", "unhelpful": "negative_button"}  # verbs and Slack's names for their buttons
_LABEL_BREAKERS = re.compile(r"[|<>\s]+")
_URL_BREAKERS = re.compile(r"[|<>\s]")
_MEMBER_ID = re.compile(r"[UW][A-Z0-9]{1,30}")
_LINKABLE = re.compile(r"https?://[^/].{,1000}")


def to_blocks(reply: Reply, *, shared_by: str = "") -> Json:
    """Render a Reply as the text and blocks of one Slack message.

    Args:
        shared_by: the member id of whoever shows it to a channel; named first. Never part of what people wrote.

    Returns:
        `{"text": …, "blocks": […]}` within Slack's limits: parts in their order, the buttons last. When it
        would be too long, parts in the middle are left out and a line says so; the first part, where the
        verdict stands, and the buttons stay. A button whose value Slack could not carry is left out.
    """
    said = [block for part in reply.parts for block in part_blocks(part)]
    if not said:
        said = [section(piece) for piece in _pieces(reply.text, SECTION)]
    if _MEMBER_ID.fullmatch(shared_by):
        said.insert(0, _context(f"<@{shared_by}> {wording.SHARED_BY}"))
    buttons = button_blocks(reply.actions)
    room = max(LEAST_JSON, MESSAGE_JSON - _json_size(buttons))
    blocks = [*_fitted(said, MESSAGE_BLOCKS - len(buttons), room), *buttons]
    return {"text": _spoken(reply), "blocks": numbered(blocks)}


def numbered(blocks: list[Json]) -> list[Json]:
    """The blocks, each with an id of its own."""
    for number, block in enumerate(blocks, 1):
        block.setdefault("block_id", f"smpolicy-{number}")
    return blocks


def escaped(text: str) -> str:
    """Text as Slack wants it in a text object: without the three characters that make mentions and links."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def compact_json(data: object) -> str:
    """JSON for a button's value or a modal's metadata.

    Slack gives some of it back HTML-escaped (bolt-python issue 513), so it holds none of what would be.
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


# parts


def part_blocks(part: Part) -> Iterator[Json]:
    """The blocks of one part; none for a part without text, which Slack would refuse."""
    match part:
        case Heading(text) if text.strip():
            yield {"type": "header", "text": plain_text(text, HEADER)}
        case Paragraph(text):
            yield from map(section, _pieces(text, SECTION))
        case Note(text):
            yield from map(_context, _pieces(text, CONTEXT))
        case SaidBySomeone(who, text) if text.strip():
            yield from _said(who, text)
        case Cited():
            yield from map(section, _packed(_cited(part)))
        case Items(title, items):
            lines = [f"*{line}*" for line in _pieces(title, HEADER)]
            for number, item in enumerate(items, 1):
                lines += _item(f"{number}. " if part.numbered else "• ", item)
            yield from map(section, _packed(lines))


def _said(who: str, text: str) -> Iterator[Json]:
    """A person's words as rich text, whose text elements are literal: nothing in them is read as markup.

    Of very long ones the beginning and the end.
    """
    pieces = list(_split(text, SECTION, str))
    label = {"type": "text", "text": f"{_cut(who.strip(), HEADER) or '?'}:", "style": {"bold": True}}
    lead: Json = {"type": "rich_text_section", "elements": [label]}
    yield {"type": "rich_text", "elements": [lead, _quote(pieces[0])]}
    if len(pieces) > 2:
        yield _context(wording.SHORTENED)
        pieces[-1:] = _split(text.strip()[-SECTION // 2 :], SECTION, str)
    if len(pieces) > 1:
        yield {"type": "rich_text", "elements": [_quote(pieces[-1])]}


def _quote(text: str) -> Json:
    return {"type": "rich_text_quote", "elements": [{"type": "text", "text": text}]}


def _cited(part: Cited) -> list[str]:
    """The lines of a passage: the source's own words quoted, in quotation marks; ours after "In short:"."""
    if not part.text.strip():
        return []
    source = _link(part.url, part.source)
    if not part.verbatim:
        return _lines("*In short:* ", part.text, f" ({source})" if source else "")
    quoted = [line for row in f"“{part.text.strip()}”".splitlines() for line in _lines(">", row, "")]
    return [*quoted, f">{source}"] if source else quoted


def _item(lead: str, item: Item) -> list[str]:
    source = _link(item.url, item.source)
    return _lines(lead, item.text, f" ({source})" if source else "")


def _link(url: str, label: str) -> str:
    """A link of ours, <url|label>; only the label where the address is none we could link to."""
    label = " ".join(_LABEL_BREAKERS.sub(" ", label).split())
    url = _URL_BREAKERS.sub("", url)
    label = _cut(label, HEADER * 2)
    if not label or not _LINKABLE.fullmatch(url):
        return escaped(label)
    return f"<{escaped(url)}|{escaped(label)}>"


def section(text: str) -> Json:
    """Escaped text as a block."""
    return {"type": "section", "text": _marked(text), "expand": True}


def _context(text: str) -> Json:
    return {"type": "context", "elements": [_marked(text)]}


def _marked(text: str) -> Json:
    """Escaped text as mrkdwn; verbatim keeps Slack from making links of addresses and names in it."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def plain_text(text: str, limit: int) -> Json:
    """Text in which nothing is markup, on one line and cut to `limit` characters."""
    text = _cut(" ".join(text.split()), limit, escaped)
    return {"type": "plain_text", "text": escaped(text), "emoji": False}


def _spoken(reply: Reply) -> str:
    """What notifications and screen readers read; never empty."""
    text = reply.text.strip() or next((said for part in reply.parts if (said := _words(part))), "smpolicy")
    return escaped(_cut(text, TEXT, escaped))


def _words(part: Part) -> str:
    return (part.title if isinstance(part, Items) else part.text).strip()


# buttons


def button_blocks(actions: Sequence[Action], *, first: int = 1, of_many: bool = False) -> list[Json]:
    """Rows of buttons, numbered from `first` on so that no two in a message or view are called the same.

    Args:
        of_many: buttons of several cases stand in one view, so each tells a screen reader its case.
    """
    rating = {action.verb: action for action in actions if action.verb in _RATING}
    rated = _feedback(rating) if len(rating) == len(_RATING) else None
    pressed = [action for action in actions if rated is None or action.verb not in _RATING]
    buttons = []
    for number, action in enumerate(pressed, first):
        if button := _button(number, action):
            case_id = action.value.get("case") if of_many else None
            named = {"accessibility_label": _cut(f"{action.label}, {case_id}", BUTTON_LABEL)} if case_id else {}
            buttons.append({**button, **named})
    rows = [buttons[start : start + BUTTONS] for start in range(0, len(buttons), BUTTONS)]
    return [*({"type": "actions", "elements": row} for row in rows), *((rated,) if rated else ())]


def _feedback(rating: Mapping[str, Action]) -> Json | None:
    """Whether an answer helped, as Slack asks that of every app: a thumb up and one down, each with its words."""
    buttons = {}
    for verb, name in _RATING.items():
        value = _button_value(rating[verb])
        if _utf16(value) > BUTTON_VALUE:
            return None
        label = plain_text(rating[verb].label, BUTTON_LABEL)
        buttons[name] = {"text": label, "accessibility_label": label["text"], "value": value}
    element = {"type": "feedback_buttons", "action_id": "smpolicy:rate", **buttons}
    return {"type": "context_actions", "elements": [element]}


def _button(number: int, action: Action) -> Json | None:
    value = _button_value(action)
    if _utf16(value) > BUTTON_VALUE or not action.label.strip():
        return None
    button: Json = {
        "type": "button",
        "action_id": f"smpolicy:{action.verb[:40]}:{number}",
        "text": plain_text(action.label, BUTTON_LABEL),
        "value": value,
    }
    if action.style in ("primary", "danger"):
        button["style"] = action.style
    return button


def _button_value(action: Action) -> str:
    """What comes back when it is pressed; with its form, so that this opens without asking anybody.

    A draft that is too long to travel is dropped: the form opens empty.
    """
    carried: Json = {"verb": action.verb, "value": action.value}
    if action.prompt is None:
        return compact_json(carried)
    whole = compact_json({**carried, "prompt": asdict(action.prompt)})
    if _utf16(whole) <= BUTTON_VALUE:
        return whole
    return compact_json({**carried, "prompt": asdict(replace(action.prompt, draft=""))})


# lengths


def _fitted(blocks: Sequence[Json], most: int, room: int) -> list[Json]:
    """Leave out blocks from the middle until at most `most` blocks and `room` characters of JSON are left."""
    kept = list(blocks)
    sizes = [_json_size(block) for block in kept]
    gap = None
    while len(kept) > 1 and (len(kept) + (gap is not None) > most or sum(sizes) > room):
        gap = len(kept) // 2
        del kept[gap], sizes[gap]
    if gap is not None:
        kept.insert(gap, _context(wording.SHORTENED))
    return kept


def _lines(lead: str, text: str, tail: str) -> list[str]:
    """One line of escaped text between a lead and a tail; several where a section could not hold it."""
    pieces = list(_pieces(text, SECTION - len(lead) - len(tail)))
    if not pieces:
        return []
    pieces[0] = lead + pieces[0]
    pieces[-1] += tail
    return pieces


def _packed(lines: Sequence[str]) -> Iterator[str]:
    """Lines joined into texts, each no longer than a section."""
    text = ""
    for line in lines:
        if text and _utf16(text) + 1 + _utf16(line) > SECTION:
            yield text
            text = ""
        text = f"{text}\n{line}" if text else line
    if text:
        yield text


def _pieces(text: str, room: int) -> Iterator[str]:
    """Escaped text in pieces that fit; none when it is blank."""
    return map(escaped, _split(text, room, escaped))


def _split(text: str, room: int, shown: Shown) -> Iterator[str]:
    """Text in pieces no longer than `room` once shown, broken between words where there are any."""
    rest = text.strip()
    while rest:
        end = _fitting(rest, room, shown)
        if end < len(rest):
            end = max(rest.rfind(" ", end // 2, end), rest.rfind("\n", end // 2, end)) + 1 or end
        yield rest[:end].rstrip()
        rest = rest[end:].lstrip()


def _cut(text: str, limit: int, shown: Shown = str) -> str:
    """Text no longer than `limit` once shown, with an ellipsis where it was cut."""
    end = _fitting(text, limit, shown)
    return text if end == len(text) else text[: _fitting(text, limit - 1, shown)].rstrip() + "…"


def _fitting(text: str, room: int, shown: Shown) -> int:
    """How many characters of a text fit once shown; at least one."""
    if _utf16(shown(text)) <= room:
        return len(text)
    used = 0
    for position, char in enumerate(text):
        used += _utf16(shown(char))
        if used > room:
            return max(position, 1)
    return len(text)


def _json_size(data: object) -> int:
    return len(json.dumps(data, ensure_ascii=False))


def _utf16(text: str) -> int:
    """Length as JavaScript counts it, which is never less than ours."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
