"""Reply → Adaptive Card 1.5. Pure.

Words go into RichTextBlocks: their text runs know no Markdown, so what a person typed makes no link, mention
or formatting. Only headings are TextBlocks, as only these are announced as headings; their text is escaped.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from adapters.teams.inbound import ACTIONS_KEY, TEXT_KEY
from bot import wording
from bot.replies import Action, Cited, Heading, Item, Items, Note, Paragraph, Part, Reply, SaidBySomeone

Json = dict[str, Any]

CARD_TYPE = "application/vnd.microsoft.card.adaptive"
LARGEST_ACTIVITY = 28 * 1024  # bytes as sent, everything that is not ASCII escaped; Teams answers 413 somewhere above
LONGEST_SUMMARY = 300  # characters of a notification
LONGEST_FALLBACK = 1_000  # characters
MOST_ACTIONS_IN_A_ROW = 6  # Teams hides what comes after them
MOST_ITEMS = 40  # lines of one list
_ROOM_FOR_ADDRESS = 2 * 1024
_LIMITS = (20_000, 6_000, 3_000, 1_500, 700, 300, 120)  # characters of one text, tried in this order
_STYLES = {"primary": "positive", "danger": "destructive"}
_MARKDOWN = re.compile(r"[\\*_\[\]`~<>]|(?m:^)(?:[#+-]|\d+(?=[.)]))")
_MACRO = re.compile(r"\{\{(?=(?:DATE|TIME)\()")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def to_activity(reply: Reply) -> Json:
    """The message to send, smaller than LARGEST_ACTIVITY. `summary` is what notifications show."""
    summary = _cut(_inert(reply.text), LONGEST_SUMMARY)
    return {"type": "message", "summary": summary, "attachments": [to_attachment(reply)]}


def to_attachment(reply: Reply) -> Json:
    """The card as messages and dialogs carry it."""
    return {"contentType": CARD_TYPE, "content": to_card(reply)}


def to_card(reply: Reply) -> Json:
    """The card alone. Long texts are shortened until it fits, and it says so; verdict and buttons stay."""
    room = LARGEST_ACTIVITY - _ROOM_FOR_ADDRESS - 6 * LONGEST_SUMMARY
    card: Json = {}
    for parts, limit in _ever_shorter(reply.parts):
        card = _card(reply, parts, limit)
        if len(json.dumps(card)) < room:
            break
    return card


def _ever_shorter(parts: Sequence[Part]) -> Iterator[tuple[Sequence[Part], int]]:
    """Parts with the most characters of one text; whole parts go only after all texts are short."""
    for limit in _LIMITS:
        yield parts, limit
    for kept in range(len(parts) - 1, 0, -1):
        yield parts[:kept], _LIMITS[-1]


def _card(reply: Reply, parts: Sequence[Part], limit: int) -> Json:
    body = [element for part in parts if _has_words(part) for element in _elements(part, limit)]
    body = body or [_rich([_run(_cut(reply.text, limit))])]
    if len(parts) < len(reply.parts) or any(_is_cut(part, limit) for part in parts):
        body.append(_rich([_run(wording.SHORTENED, isSubtle=True)]))
    card: Json = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "fallbackText": escape(_cut(reply.text, min(limit, LONGEST_FALLBACK))),
        "body": body,
    }
    actions = [_action(action, number) for number, action in enumerate(reply.actions)]
    if len(actions) <= MOST_ACTIONS_IN_A_ROW:
        return {**card, "actions": actions} if actions else card
    rows = range(0, len(actions), MOST_ACTIONS_IN_A_ROW)
    body += [{"type": "ActionSet", "actions": actions[row : row + MOST_ACTIONS_IN_A_ROW]} for row in rows]
    return card


def _has_words(part: Part) -> bool:
    return bool(part.items) if isinstance(part, Items) else bool(part.text.strip())


def _is_cut(part: Part, limit: int) -> bool:
    if isinstance(part, Items):
        return len(part.items) > MOST_ITEMS or any(len(item.text) > limit for item in part.items)
    return len(part.text) > limit


def _elements(part: Part, limit: int) -> list[Json]:
    match part:
        case Heading():
            return [_heading(_cut(part.text, max(limit, 200)), size="Large")]
        case Paragraph():
            return [_rich([_run(_cut(part.text, limit))])]
        case SaidBySomeone():
            who = _run(f"{_cut(part.who, 200)}:", weight="Bolder")
            said = _rich([_run(_cut(part.text, limit))], spacing="Small")
            return [{"type": "Container", "style": "emphasis", "items": [_rich([who]), said]}]
        case Cited():
            return [_cited(part, limit)]
        case Items():
            lines = [_item(item, number, part.numbered, limit) for number, item in enumerate(part.items, 1)]
            return [_heading(_cut(part.title, 200), size="Default"), *lines[:MOST_ITEMS]]
        case Note():
            return [_rich([_run(_cut(part.text, limit), isSubtle=True, size="Small")])]


def _cited(part: Cited, limit: int) -> Json:
    text = _cut(part.text, limit)
    said = _run(f"“{text}” ") if part.verbatim else _run(f"In short: {text} ")
    return _rich([said, *_source(part.source, part.url)])


def _item(item: Item, number: int, numbered: bool, limit: int) -> Json:
    mark = f"{number}. " if numbered else "• "
    source = [_run(" "), *_source(item.source, item.url)] if item.source else []
    return _rich([_run(mark + _cut(item.text, limit)), *source], spacing="Small")


def _source(source: str, url: str) -> list[Json]:
    """Where it stands, as a link whose target no text can change; plain words without a web address."""
    words = f"({_cut(source, 300)})"
    if not re.fullmatch(r"https?://[^\s\"<>\\]{1,2000}", url):
        return [_run(words)]
    return [
        _run(
            words,
            selectAction={"type": "Action.OpenUrl", "url": url, "title": _inert(f"Open {_cut(source, 100)}")},
        )
    ]


def _action(action: Action, number: int) -> Json:
    style = {"style": _STYLES[action.style]} if action.style in _STYLES else {}
    if action.prompt is None:
        return {**_execute(action, action.label, "none"), **style}
    # unique, because clients on phones show an empty card where two fields share an id
    field = f"{TEXT_KEY}_{action.verb}"
    prompt = action.prompt
    hint = [_rich([_run(prompt.hint, isSubtle=True)], spacing="Small")] if prompt.hint else []
    draft = {"value": _cut(prompt.draft, wording.LONGEST_REPLY)} if prompt.draft else {}
    typed = {
        "type": "Input.Text",
        "id": field,
        "label": _inert(prompt.label),
        "isMultiline": True,
        "maxLength": wording.LONGEST_REPLY,
        "isRequired": True,
        "errorMessage": wording.needs_words().text,
        **draft,
    }
    form = {
        "type": "AdaptiveCard",
        "body": [typed, *hint],
        "actions": [_execute(action, prompt.submit, "auto")],
    }
    return {"type": "Action.ShowCard", "title": _inert(action.label), "card": form, **style}


def _execute(action: Action, title: str, inputs: str) -> Json:
    """A button; clients that know no Execute get a Submit that carries the same."""
    data = {ACTIONS_KEY: {"verb": action.verb, "value": dict(action.value)}}
    same = {"title": _inert(title), "data": data, "associatedInputs": inputs}
    fallback = {"type": "Action.Submit", **same}
    return {"type": "Action.Execute", "verb": action.verb, **same, "fallback": fallback}


def _heading(text: str, *, size: str) -> Json:
    return {
        "type": "TextBlock",
        "text": escape(text),
        "style": "heading",
        "weight": "Bolder",
        "size": size,
        "wrap": True,
    }


def _rich(runs: list[Json], **look: str) -> Json:
    return {"type": "RichTextBlock", "inlines": runs, **look}


def _run(text: str, **look: object) -> Json:
    return {"type": "TextRun", "text": _inert(text), **look}


def escape(text: str) -> str:
    """Text for a TextBlock, where Markdown is read: shown as it was written."""
    return _MARKDOWN.sub(_escaped, _inert(text))


def _escaped(found: re.Match[str]) -> str:
    special = found[0]
    return f"{special}\\" if special.isdigit() else f"\\{special}"


def _inert(text: str) -> str:
    """Text without what a client would act on or hide: date macros, control and direction characters."""
    return _UNSEEN.sub("", _MACRO.sub("{\u200b{", text.replace("\r\n", "\n")))


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
