"""Form or Prompt → modal, Reply → modal to read, and what comes back of a modal that was filled in. Pure."""

from collections.abc import Mapping
from typing import Any

from adapters.slack.blocks import (
    BUTTON_LABEL,
    Json,
    compact_json,
    numbered,
    part_blocks,
    plain_text,
    section,
)
from adapters.slack.home import VIEW_BLOCKS
from bot import wording, wording_forms
from bot.forms import TEXT, Field, Form
from bot.replies import Prompt, Reply
from bot.wording import LONGEST_REPLY

MODAL = "smpolicy:prompt"  # callback id of every modal that is filled in
NOTHING = "-"  # Slack wants a value for every choice
# Slack's limits, in characters
MODAL_TITLE = 24
MODAL_LABEL = 2_000
PRIVATE_METADATA = 3_000


def to_modal(prompt: Prompt, carried: Mapping[str, object]) -> Json:
    """Render a Prompt as a modal with one text field; see to_form."""
    field = Field(TEXT, prompt.label, hint=prompt.hint, draft=prompt.draft)
    return to_form(Form("", prompt.title, prompt.submit, (field,)), carried)


def to_form(form: Form, carried: Mapping[str, object]) -> Json:
    """Render a Form as a modal.

    Args:
        carried: JSON-ready data that comes back with what is filled in.

    Raises:
        ValueError: `carried` is longer than the 3,000 characters Slack keeps with a modal.
    """
    metadata = compact_json(carried)
    if len(metadata) > PRIVATE_METADATA:
        raise ValueError(f"a modal carries {PRIVATE_METADATA} characters, not {len(metadata)}")
    fields = [_input(field) for field in form.fields]
    for one in fields:
        if one["element"]["type"] == "plain_text_input":
            one["element"]["focus_on_load"] = True
            break
    return {
        "type": "modal",
        "callback_id": MODAL,
        "title": plain_text(form.title, MODAL_TITLE),
        "submit": plain_text(form.submit, MODAL_TITLE),
        "close": plain_text(wording_forms.CANCEL, MODAL_TITLE),
        "private_metadata": metadata,
        "blocks": numbered([*_fitted([block for part in form.parts for block in part_blocks(part)]), *fields]),
    }


def to_read(title: str, reply: Reply) -> Json:
    """Render a Reply, without its buttons, as a modal to read and close."""
    blocks = [block for part in reply.parts for block in part_blocks(part)]
    return {
        "type": "modal",
        "title": plain_text(title, MODAL_TITLE),
        "close": plain_text(wording_forms.CLOSE, MODAL_TITLE),
        "blocks": numbered(_fitted(blocks)),
    }


def loading(title: str) -> Json:
    """What stands there while a form is looked up."""
    return {
        "type": "modal",
        "title": plain_text(title, MODAL_TITLE),
        "close": plain_text(wording_forms.CLOSE, MODAL_TITLE),
        "blocks": numbered([section(wording_forms.LOADING)]),
    }


def filled_in(body: Mapping[str, Any]) -> dict[str, str]:
    """What a submitted modal of ours brings, by the names of its fields; "" for what was left open."""
    view = body.get("view")
    state = view.get("state") if isinstance(view, Mapping) else None
    values = state.get("values") if isinstance(state, Mapping) else None
    return {
        name: _value(element)
        for name, elements in (values.items() if isinstance(values, Mapping) else ())
        for element in (elements.values() if isinstance(elements, Mapping) else ())
        if isinstance(element, Mapping)
    }


def _value(element: Mapping[str, Any]) -> str:
    option = element.get("selected_option")
    value = option.get("value") if isinstance(option, Mapping) else element.get("value") or element.get("selected_date")
    return value if isinstance(value, str) and value != NOTHING else ""


def _input(field: Field) -> Json:
    """One field; its name is block id and action id."""
    block: Json = {
        "type": "input",
        "block_id": field.name,
        "label": plain_text(field.label, MODAL_LABEL),
        "element": {"action_id": field.name, **_element(field)},
    }
    if field.kind == "date":
        block["optional"] = True
    if field.hint:
        block["hint"] = plain_text(field.hint, MODAL_LABEL)
    return block


def _element(field: Field) -> Json:
    match field.kind:
        case "choice":
            options = [
                {"text": plain_text(label, BUTTON_LABEL), "value": value or NOTHING} for value, label in field.options
            ]
            return {"type": "static_select", "options": options, "initial_option": options[0]}
        case "date":
            return {"type": "datepicker"}
    text: Json = {"type": "plain_text_input", "multiline": True, "max_length": LONGEST_REPLY}
    if field.draft:
        text["initial_value"] = field.draft[:LONGEST_REPLY]
    return text


def _fitted(blocks: list[Json]) -> list[Json]:
    """What a view can hold beside its fields; a line says so where it is not all."""
    most = VIEW_BLOCKS - 10
    return blocks if len(blocks) <= most else [*blocks[:most], section(wording.SHORTENED)]
