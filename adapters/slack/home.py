"""Home → the view of Slack's Home tab. Pure."""

from collections.abc import Iterator
from itertools import count

from adapters.slack.blocks import (
    BUTTON_LABEL,
    BUTTONS,
    HEADER,
    Json,
    button_blocks,
    compact_json,
    numbered,
    part_blocks,
    plain_text,
)
from bot.home import Home, Pick, Section

CALLBACK = "smpolicy:home"
VIEW_BLOCKS = 100


def to_home(home: Home) -> Json:
    """Render a Home within Slack's limits: groups with lines between them, what comes last left out if need be."""
    blocks: list[Json] = []
    buttons = count(1, BUTTONS)
    for number, group in enumerate(home.groups):
        if number:
            blocks.append({"type": "divider"})
        for section in group:
            blocks += _section_blocks(section, next(buttons))
    return {
        "type": "home",
        "callback_id": CALLBACK,
        "private_metadata": compact_json({"shown": home.shown.value}),
        "blocks": numbered(blocks[:VIEW_BLOCKS]),
    }


def _section_blocks(section: Section, first: int) -> Iterator[Json]:
    for part in section.parts:
        yield from part_blocks(part)
    if section.pick:
        yield {"type": "actions", "elements": [_select(section.pick)]}
    yield from button_blocks(section.actions, first=first, of_many=True)


def _select(pick: Pick) -> Json:
    options = {value: {"text": plain_text(label, BUTTON_LABEL), "value": value} for value, label in pick.options}
    return {
        "type": "static_select",
        "action_id": f"smpolicy:{pick.verb}",
        "placeholder": plain_text(pick.label, HEADER),
        "options": list(options.values()),
        "initial_option": options[pick.chosen],
    }
