"""Slack's payloads → messages. Pure; a payload that is not for us, or makes no sense, is None."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from adapters.slack.home import CALLBACK as HOME
from adapters.slack.manifest import CHECK_SHORTCUT
from adapters.slack.modals import filled_in
from bot.forms import TEXT
from bot.messages import (
    CONCERNS_ONE,
    CheckDraft,
    Envelope,
    GoOn,
    Message,
    Person,
    Place,
    Platform,
    ShareAnswer,
    from_button,
    from_words,
)
from bot.replies import Prompt

Payload = Mapping[str, Any]

# Kinds of message that people write; every other subtype is an edit, a deletion, a join, another bot…
_WRITTEN = ("", "file_share", "thread_broadcast")
_ENTITY = re.compile(r"<([^<>]*)>")
_CALLS_SOMEBODY = re.compile(r"<(@|!(?!date\b))")


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button of ours, as it was sent out; `prompt` is the form it opens, None when it acts at once."""

    verb: str
    value: Mapping[str, str]
    prompt: Prompt | None = None


@dataclass(frozen=True, slots=True)
class OpenHome:
    """Somebody's Home tab as Slack has it: `hash` is the view's, "" where none is known; `shown` is what it lists."""

    person: Person
    hash: str = ""
    shown: str = ""


def own_user_id(body: Payload) -> str:
    """The bot's own user id as the event names it; "" when it does not."""
    authorizations = body.get("authorizations")
    for known in authorizations if isinstance(authorizations, list) else ():
        if isinstance(known, Mapping) and known.get("is_bot"):
            return _text(known, "user_id")
    return ""


def workspace(body: Payload) -> str:
    """The installation a payload came by: a workspace, or the organisation where smpolicy is installed for all of it.

    A form tells it apart from where it was opened, which may be another one's channel.
    """
    ours = _authorization(body) or body
    organisation = _text(ours, "enterprise_id") or _text(body, "enterprise_id") or _text(body, "enterprise", "id")
    if organisation and ours.get("is_enterprise_install") in (True, "true"):
        return organisation
    return (
        _text(body, "view", "app_installed_team_id")
        or _text(ours, "team_id")
        or _text(body, "team_id")
        or _text(body, "team", "id")
        or _text(body, "user", "team_id")
        or organisation
    )


def is_removal(body: Payload) -> bool:
    """Whether an event tells that a workspace has removed smpolicy or revoked its token."""
    event = body.get("event")
    if not isinstance(event, Mapping):
        return False
    revoked = event.get("tokens")
    of_bots = isinstance(revoked, Mapping) and bool(revoked.get("bot"))
    return event.get("type") == "app_uninstalled" or (event.get("type") == "tokens_revoked" and of_bots)


def happened_at(body: Payload, otherwise: datetime) -> datetime:
    """The end of the second in which Slack says an event happened."""
    told = body.get("event_time")
    return datetime.fromtimestamp(told + 1, UTC) if isinstance(told, int) and 0 <= told < 2**33 else otherwise


def is_stranger(body: Payload) -> bool:
    """Whether somebody from another organisation writes, presses or types, through Slack Connect."""
    event = body.get("event")
    return _is_foreign_sender(body, event) if isinstance(event, Mapping) else _is_foreign_user(body)


def place_for_one(body: Payload, *, received_at: float) -> Place | None:
    """Where whoever wrote an event can be told something that nobody else sees; None where that cannot be told."""
    channel, user, sent_at = (_text(body, "event", name) for name in ("channel", "user", "ts"))
    if not (channel and user and sent_at):
        return None
    thread = _text(body, "event", "thread_ts")
    if channel.startswith("D"):
        return _place(body, channel, user, sent_at, thread)
    how = {"thread_ts": thread} if thread else {}
    return _ephemeral(body, channel, user, received_at, **how)


def can_be_marked(body: Payload) -> bool:
    """Whether a sign on a message shows that it was seen. In a direct message's threads, where the assistant's pane
    is, a status does."""
    direct = _text(body, "event", "type") == "message"
    return not (direct and _text(body, "event", "thread_ts"))


def event_to_message(body: Payload, own_id: str) -> Message | None:
    """A direct message, a mention or a reply in a channel's thread → what was asked.

    A mention in a channel also arrives as a message, a direct message never as a mention: so messages that name us
    count in direct messages only. Replies in a thread that name nobody may be meant for us.

    Args:
        body: an event_callback.
        own_id: the bot's user id, "" when unknown; only this mention is taken out, and without it no reply in a
            channel's thread is looked at, as it may be a mention.

    Returns:
        None for what is not ours to answer: bots, edits, deletions, other events.
    """
    event = body.get("event")
    if not isinstance(event, Mapping):
        return None
    channel, user, sent_at = _text(event, "channel"), _text(event, "user"), _text(event, "ts")
    kind = _text(event, "type")
    direct = _text(event, "channel_type") == "im" or channel.startswith("D")
    if kind not in ("message", "app_mention") or (direct and kind != "message") or not (channel and user and sent_at):
        return None
    goes_on = kind == "message" and not direct
    if goes_on and not (own_id and _names_nobody_in_thread(event)):
        return None
    if event.get("bot_id") or user in (own_id, "USLACKBOT") or event.get("hidden") or event.get("edited"):
        return None
    if _text(event, "subtype") not in _WRITTEN:
        return None
    place = _place(body, channel, user, sent_at, _text(event, "thread_ts"))
    event_id = f"slack:{_text(body, 'event_id') or f'{channel}:{sent_at}'}"
    envelope = Envelope(event_id, _person(body, user), place)
    message = from_words(plain(_text(event, "text"), own_id), envelope)
    if direct:
        return message
    thread = _text(event, "thread_ts")
    how = {"thread_ts": thread} if thread else {}
    message = _aside(message, _ephemeral(body, channel, user, _seconds(sent_at), **how))
    return GoOn(envelope, message) if goes_on else message


def _names_nobody_in_thread(event: Payload) -> bool:
    """Whether a channel's message is a reply in a thread, has words, and calls nobody: no person, group or channel."""
    text, thread = _text(event, "text"), _text(event, "thread_ts")
    in_thread = thread not in ("", _text(event, "ts")) and _text(event, "channel_type") in ("channel", "group")
    return in_thread and bool(text.strip()) and not _CALLS_SOMEBODY.search(text)


def command_to_message(body: Payload, *, received_at: float) -> Message | None:
    """A slash command → what was asked. The reply is shown to the person alone.

    Slack sends a command once; its trigger id is the one thing in it that no other command has.

    Args:
        received_at: seconds since 1970; tells the sender later whether the command is still on the screen.
    """
    user, channel, trigger = _text(body, "user_id"), _text(body, "channel_id"), _text(body, "trigger_id")
    if not (user and trigger):
        return None
    place = _ephemeral(body, channel, user, received_at, response_url=_text(body, "response_url"))
    envelope = Envelope(f"slack:command:{trigger}", _person(body, user), place, _text(body, "user_name"))
    return from_words(plain(_text(body, "text")), envelope)


def shortcut_to_message(body: Payload, *, received_at: float) -> Message | None:
    """The message shortcut "Check this against the guidance" → a check of that message, told to one person alone."""
    user, channel, trigger = _text(body, "user", "id"), _text(body, "channel", "id"), _text(body, "trigger_id")
    if _text(body, "callback_id") != CHECK_SHORTCUT or not (user and channel and trigger):
        return None
    place = _ephemeral(body, channel, user, received_at, response_url=_text(body, "response_url"))
    envelope = Envelope(f"slack:shortcut:{trigger}", _person(body, user), place)
    return CheckDraft(envelope, plain(_text(body, "message", "text")))


def pressed_button(body: Payload) -> Pressed | None:
    """The button of ours that a block_actions payload tells of, if it is one."""
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    carried = _json(_text(first, "value")) if isinstance(first, Mapping) else {}
    return _pressed(carried)


def action_to_message(body: Payload, pressed: Pressed, *, received_at: float) -> Message | None:
    """A pressed button → what it asks for; None for a button that does not exist (any more)."""
    envelope = _action_envelope(body, received_at)
    message = from_button(pressed.verb, pressed.value, "", envelope) if envelope else None
    if envelope is None or message is None:
        return None
    if isinstance(message, ShareAnswer):
        return _shared(body, message)
    channel, response_url = _text(envelope.place.reference, "channel"), _text(body, "response_url")
    if channel.startswith("D") or not response_url:
        return message
    user = envelope.person.ids[0]
    return _aside(message, _ephemeral(body, channel, user, received_at, response_url=response_url))


def _shared(body: Payload, message: ShareAnswer) -> ShareAnswer:
    """A shared answer goes where everybody reads, in the thread it was asked in, and bears who shares it.

    All presses of one person on one answer are the same event, so that it is shared once.
    """
    person, channel = message.envelope.person, _text(message.envelope.place.reference, "channel")
    thread, user = _text(body, "container", "thread_ts"), person.ids[0]
    reference = {
        "workspace": workspace(body),
        "channel": channel,
        "shared_by": user,
        **({"thread_ts": thread} if thread else {}),
    }
    place = Place(Platform.SLACK, f"slack:{person.tenant}:{channel}:{thread}", reference, threaded=bool(thread))
    event_id = f"slack:share:{channel}:{thread}:{message.question_id[:40]}:{user}"
    return replace(message, envelope=replace(message.envelope, event_id=event_id), place=place)


def carried_by_modal(body: Payload, pressed: Pressed, *, received_at: float) -> dict[str, object] | None:
    """What a modal must bring back: the button and where it was pressed; None when that cannot be told."""
    envelope = _action_envelope(body, received_at)
    if envelope is None:
        return None
    place = envelope.place
    where = {"key": place.key, "reference": dict(place.reference), "threaded": place.threaded}
    home = opened_from_home(body)
    from_home = {"home": {"hash": home.hash, "shown": home.shown}} if home else {}
    return {"verb": pressed.verb, "value": dict(pressed.value), "place": where, **from_home}


def carried_directly(body: Payload, pressed: Pressed) -> dict[str, object]:
    """The same for a form opened from no message, whose answer goes to the person directly."""
    place = direct_place(body, _text(body, "user", "id"))
    where = {"key": place.key, "reference": dict(place.reference), "threaded": False}
    return {"verb": pressed.verb, "value": dict(pressed.value), "place": where}


def submitted_form(body: Payload) -> Pressed | None:
    """The button whose form was submitted, with what was chosen in it; None when that cannot be told."""
    pressed = _pressed(_json(_text(body, "view", "private_metadata")))
    return replace(pressed, value={**filled_in(body), **pressed.value}) if pressed else None


def first_field(body: Payload) -> str:
    """The block id of the first field of a submitted form, where an error can be shown; "" without one."""
    view = body.get("view")
    blocks = view.get("blocks") if isinstance(view, Mapping) else None
    inputs = (one for one in (blocks if isinstance(blocks, list) else ()) if _text(one, "type") == "input")
    return next((_text(one, "block_id") for one in inputs), "")


def opened_from_home(body: Payload) -> OpenHome | None:
    """The Home tab that an event, a button or a form belongs to; None for what belongs to none of ours."""
    event, view = body.get("event"), body.get("view")
    if isinstance(event, Mapping):
        is_home = _text(event, "type") == "app_home_opened" and _text(event, "tab") == "home"
        view = event.get("view")
        user = _text(event, "user") if is_home else ""
    else:
        user = _text(body, "user", "id")
    if not user:
        return None
    person = _person(body, user)
    if _text(view, "callback_id") == HOME or isinstance(event, Mapping):
        return OpenHome(person, _text(view, "hash"), _text(_json(_text(view, "private_metadata")), "shown"))
    carried = _json(_text(view, "private_metadata")).get("home")
    return OpenHome(person, _text(carried, "hash"), _text(carried, "shown")) if isinstance(carried, Mapping) else None


def person_acting(body: Payload) -> Person | None:
    """Whoever pressed, chose, typed or wrote something; None for nobody."""
    user = _text(body, "event", "user") or _text(body, "user", "id") or _text(body, "user_id")
    return _person(body, user) if user else None


def started_thread(body: Payload) -> tuple[Person, str, str] | None:
    """Who opened the assistant's pane, and its channel and thread; None for another event."""
    event = body.get("event")
    thread = event.get("assistant_thread") if isinstance(event, Mapping) else None
    user, channel, at = (_text(thread, name) for name in ("user_id", "channel_id", "thread_ts"))
    started = _text(event, "type") == "assistant_thread_started" and user and channel and at
    return (_person(body, user), channel, at) if started else None


def pane_thread(message: Message) -> tuple[str, str] | None:
    """Channel and thread of a message written in a thread of a direct message, as everything in the pane is."""
    reference = message.envelope.place.reference
    channel, thread = _text(reference, "channel"), _text(reference, "thread_ts")
    return (channel, thread) if channel.startswith("D") and thread else None


def picked(body: Payload) -> str:
    """What was picked from a list; "" for whatever is none."""
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    return _text(first, "selected_option", "value")


def submission_to_message(body: Payload, *, received_at: float) -> Message | None:
    """A submitted modal → what it asks for; None when its button does not exist (any more)."""
    pressed, where = submitted_form(body), _json(_text(body, "view", "private_metadata")).get("place")
    user = _text(body, "user", "id")
    if pressed is None or not isinstance(where, Mapping) or not user:
        return None
    reference = where.get("reference")
    place = Place(
        Platform.SLACK,
        _text(where, "key"),
        dict(reference) if isinstance(reference, Mapping) else {},
        # in a direct message nobody else reads along, and what a form brings says itself what it belongs to
        threaded=where.get("threaded") is True and not _text(reference, "channel").startswith("D"),
    )
    event_id = f"slack:view:{_text(body, 'view', 'id')}:{_text(body, 'view', 'hash')}"
    envelope = Envelope(event_id, _person(body, user), place, _name(body))
    message = from_button(pressed.verb, pressed.value, pressed.value.get(TEXT, ""), envelope)
    channel, thread = _text(place.reference, "channel"), _text(place.reference, "thread_ts")
    if message is None or channel.startswith("D") or _text(place.reference, "user"):
        return message
    how = {"thread_ts": thread} if thread else {}
    return _aside(message, _ephemeral(body, channel, user, received_at, **how))


def plain(text: str, own_id: str = "") -> str:
    """Slack's wire text as people read it: entities in words, our own mention gone, &, < and > themselves."""
    words = _ENTITY.sub(lambda found: _entity(found[1], own_id), text)
    words = words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()
    return re.sub(r"^[,:;]\s*", "", words)


def _entity(inside: str, own_id: str) -> str:
    """One <…> in words. Ids of people and channels mean nothing to a reader, and identify: they stay out."""
    target, _, label = inside.partition("|")
    if target.startswith("@"):
        if own_id and target == f"@{own_id}":
            return ""
        return f"@{label.removeprefix('@')}" if label else "@someone"
    if target.startswith("#"):
        return f"#{label}" if label else "a channel"
    if target.startswith("!"):
        if label:
            return label
        return "@a-group" if target.startswith("!subteam") else f"@{target[1:].partition('^')[0]}"
    address = target.removeprefix("mailto:").removeprefix("tel:")
    if not label or label in (address, re.sub(r"^https?://", "", address)):
        return address
    return f"{label} ({address})"


# where and who


def _place(body: Payload, channel: str, user: str, sent_at: str, thread: str) -> Place:
    """Where a message was written and is answered: in a channel in its thread, for it holds one question.

    In a direct message the answer goes where the person writes, at the top or in a thread, but all of it is
    one conversation, keyed by the person. People go on at the top after an answer, or in a thread under it or
    under an advisor's question, and mean what was said just before; with a key per thread the bot would lose
    the earlier turns, and an advisor the reply they wait for.
    """
    where = {"workspace": workspace(body), "channel": channel}
    if channel.startswith("D"):
        reference = {**where, "thread_ts": thread} if thread else where
        return Place(Platform.SLACK, _private_key(body, user), reference, threaded=bool(thread))
    thread = thread or sent_at
    key = f"slack:{_tenant(body)}:{channel}:{thread}"
    return Place(Platform.SLACK, key, {**where, "thread_ts": thread}, threaded=True)


def _ephemeral(body: Payload, channel: str, user: str, received_at: float, **how: str) -> Place:
    """Where only one person sees the reply; what comes later goes to `user` directly, and is kept there.

    So it is the same conversation as their direct messages, and a reply typed there finds its case. `how` is
    the response_url, or the thread_ts, by which it is shown.
    """
    where = {"workspace": workspace(body), "channel": channel}
    return Place(Platform.SLACK, _private_key(body, user), {**where, "user": user, "received_at": received_at, **how})


def direct_place(body: Payload, user: str) -> Place:
    """A person's direct message with us, wherever they pressed or wrote; it is opened when it is first needed."""
    return Place(Platform.SLACK, _private_key(body, user), {"workspace": workspace(body), "user": user})


def _aside(message: Message, place: Place) -> Message:
    """A message answered in another place where it is private."""
    if not isinstance(message, CONCERNS_ONE):
        return message
    return replace(message, envelope=replace(message.envelope, place=place))


def _private_key(body: Payload, user: str) -> str:
    return f"slack:{_tenant(body)}:{user}"


def _action_envelope(body: Payload, received_at: float) -> Envelope | None:
    user, sent_at = _text(body, "user", "id"), _text(body, "container", "message_ts")
    channel = _text(body, "container", "channel_id") or _text(body, "channel", "id")
    if in_view := _text(body, "container", "type") == "view":
        channel, sent_at = "view", _text(body, "container", "view_id")
    if not (user and channel and sent_at):
        return None
    container = body["container"]
    if in_view:
        place = direct_place(body, user)
    elif container.get("is_ephemeral"):
        place = _ephemeral(body, channel, user, received_at, response_url=_text(body, "response_url"))
    else:
        thread = _text(body, "message", "thread_ts") or _text(container, "thread_ts")
        place = _place(body, channel, user, sent_at, thread)
    pressed_at = next((_text(a, "action_ts") for a in body.get("actions", ()) if isinstance(a, Mapping)), "")
    event_id = f"slack:action:{channel}:{sent_at}:{pressed_at}:{user}"
    return Envelope(event_id, _person(body, user), place, _name(body))


def _person(body: Payload, user: str) -> Person:
    return Person(Platform.SLACK, (user,), _tenant(body))


def _name(body: Payload) -> str:
    """How a payload of a button calls its user; events of the Events API name nobody."""
    return _text(body, "user", "name") or _text(body, "user", "username")


def _tenant(body: Payload) -> str:
    """The organisation on Enterprise Grid, else the workspace: the one id that all payloads agree on."""
    ours = _authorization(body)
    return (
        _text(ours, "enterprise_id")
        or _text(body, "enterprise_id")
        or _text(body, "enterprise", "id")
        or _text(ours, "team_id")
        or _text(body, "team_id")
        or _text(body, "team", "id")
        or _text(body, "user", "team_id")
    )


def _authorization(body: Payload) -> Payload:
    """The installation an event was sent to; with Slack Connect, `team_id` may be another one's."""
    authorizations = body.get("authorizations")
    first = authorizations[0] if isinstance(authorizations, list) and authorizations else {}
    return first if isinstance(first, Mapping) else {}


def _is_foreign_sender(body: Payload, event: Payload) -> bool:
    """Whether an event was written in another organisation."""
    ours = _authorization(body) or body
    home = {_text(ours, "team_id"), _text(ours, "enterprise_id")} - {""}
    sender = _text(event, "user_team") or _text(event, "source_team") or _text(event, "team")
    if body.get("is_ext_shared_channel") is True:
        return sender not in home
    return bool(sender) and sender not in home and not _text(ours, "enterprise_id")


def _is_foreign_user(body: Payload) -> bool:
    """The same for a button; not judged inside an Enterprise Grid organisation, where workspaces differ."""
    theirs, ours = _text(body, "user", "team_id"), _text(body, "team", "id")
    return bool(theirs and ours) and theirs != ours and not _text(body, "enterprise", "id")


# reading


def _pressed(carried: Payload) -> Pressed | None:
    verb, value, prompt = carried.get("verb"), carried.get("value"), carried.get("prompt")
    if not isinstance(verb, str) or not isinstance(value, Mapping):
        return None
    texts = {name: said for name, said in value.items() if isinstance(said, str)}
    if prompt is None:
        return Pressed(verb, texts)
    fields = {name: _text(prompt, name) for name in ("title", "label", "submit", "hint", "draft")}
    return Pressed(verb, texts, Prompt(**fields))


def _json(text: str) -> Payload:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, Mapping) else {}


def _seconds(sent_at: str) -> float:
    """A message's ts as seconds since 1970, 0 when it is none."""
    return float(sent_at) if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,9})?", sent_at) else 0.0


def _text(data: object, *path: str) -> str:
    """The text at a path of keys; "" where there is none."""
    for key in path:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data if isinstance(data, str) else ""
