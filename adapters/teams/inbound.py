"""Activity (raw JSON of the Bot Connector) → message. Pure: nothing here sends, stores or authenticates."""

import hashlib
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot import wording
from bot.messages import (
    CONCERNS_ONE,
    Envelope,
    Message,
    Person,
    Place,
    Platform,
    ShowHelp,
    from_button,
    from_words,
)
from bot.replies import Reply
from bot.settings import Outsiders
from bot.sla import is_zone

Activity = Mapping[str, object]

ACTIONS_KEY = "smpolicy"  # under which a card's data holds {"verb", "value"}; cards.py writes it
CHECK_COMMAND = "checkDraft"  # the id that the app's manifest gives the message extension
_SHARED = ("channel", "groupChat")
TEXT_KEY = "text"  # ids of a card's text fields start with it
_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li|tr|h[1-6]|blockquote|pre)>", re.IGNORECASE)
_ATTRIBUTES = r"""(?:\s+[\w:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/?"""
_PICTURE = re.compile(rf"""<(?:img|emoji)(?=[^<>]*\salt="([^"<>]*)"){_ATTRIBUTES}>""", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:at|a|p|div|span|br|b|strong|i|em|u|s|strike|del|sub|sup|ul|ol|li|blockquote|pre|code|codeblock|h[1-6]|"
    rf"table|tbody|thead|tr|td|th|img|emoji|attachment|systemeventmessage|hr){_ATTRIBUTES}>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Declined:
    """An activity that makes no message, whose sender is told why at once."""

    place: Place
    reply: Reply


def to_message(activity: Activity, outsiders: Outsiders = "refused") -> Message | Declined | None:
    """Read one authenticated activity.

    Args:
        outsiders: who may ask beside members of the tenant: nobody, its guests, or everybody.

    Returns:
        The message; Declined for people from outside and for buttons that no longer exist; None for what asks
        for nothing: bots, edits, deletions, reactions, typing, other people joining.
    """
    kind = text_at(activity, "type")
    if kind in ("conversationUpdate", "installationUpdate"):
        return None if is_outsider(activity, outsiders) else _greeting(activity, kind)
    if kind not in ("message", "invoke") or (kind == "invoke" and not is_card_action(activity)):
        return None
    if _is_bot(activity) or not text_at(activity, "from", "id"):
        return None
    if is_outsider(activity, outsiders):
        return Declined(place_of(activity), wording.outsider())
    name = text_at(activity, "from", "name")
    envelope = Envelope(event_id(activity), person_of(activity), place_of(activity), name)
    data = _pressed(activity)
    if data is not None or kind == "invoke":
        message = _button(data or {}, envelope)
        return _aside(message, activity) if message else Declined(envelope.place, wording.unknown_button())
    if text_at(activity, "conversation", "conversationType") in _SHARED and not _own_mentions(activity):
        return None  # with wider permissions Teams sends us everything that is said in a team
    return _aside(from_words(typed_text(activity), envelope), activity)


def is_card_action(activity: Activity) -> bool:
    """Whether this is a pressed Action.Execute, which waits for an answer in the same HTTP response."""
    return text_at(activity, "type") == "invoke" and text_at(activity, "name") == "adaptiveCard/action"


def is_check(activity: Activity) -> bool:
    """Whether the message extension "Check this against the guidance" was chosen on a message."""
    return (
        text_at(activity, "type") == "invoke"
        and text_at(activity, "name") in ("composeExtension/fetchTask", "composeExtension/submitAction")
        and text_at(activity, "value", "commandId") == CHECK_COMMAND
    )


def draft_to_check(activity: Activity, outsiders: Outsiders = "refused") -> str | Declined:
    """The text of the message that is to be checked, without its HTML; Declined for people from outside."""
    if is_outsider(activity, outsiders) or _is_bot(activity):
        return Declined(place_of(activity), wording.outsider())
    return _unmarked(text_at(activity, "value", "messagePayload", "body", "content"))


def event_id(activity: Activity) -> str:
    """Equal for an activity and its redelivery; made from the whole content where a client sends no id."""
    conversation = text_at(activity, "conversation", "id")
    number = text_at(activity, "id")
    if not number:
        number = hashlib.sha256(json.dumps(activity, sort_keys=True).encode()).hexdigest()[:24]
    return f"teams:{conversation}:{number}"


def tenants_of(activity: Activity) -> frozenset[str]:
    """The tenants an activity names, all of which must be allowed; empty when it names none."""
    named = (text_at(activity, "channelData", "tenant", "id"), text_at(activity, "conversation", "tenantId"))
    return frozenset(tenant for tenant in named if tenant)


def person_of(activity: Activity) -> Person:
    """The sender. The Entra object id comes first where there is one: it is the same for every bot."""
    ids = (text_at(activity, "from", "aadObjectId"), text_at(activity, "from", "id"))
    tenant = text_at(activity, "channelData", "tenant", "id") or text_at(activity, "conversation", "tenantId")
    zone = text_at(activity, "localTimezone")
    return Person(Platform.TEAMS, tuple(name for name in ids if name), tenant, zone if zone and is_zone(zone) else "")


def place_of(activity: Activity) -> Place:
    """Where to reply: the chat, or in a channel the thread, which is named inside the conversation id."""
    conversation = text_at(activity, "conversation", "id")
    in_channel = text_at(activity, "conversation", "conversationType") == "channel"
    root = text_at(activity, "replyToId") or text_at(activity, "id")
    if in_channel and root and text_at(activity, "type") == "message" and ";messageid=" not in conversation:
        conversation = f"{conversation};messageid={root}"
    reference = {
        "service_url": text_at(activity, "serviceUrl"),
        "channel_id": text_at(activity, "channelId"),
        "conversation_id": conversation,
        "tenant": person_of(activity).tenant,
        "bot_id": text_at(activity, "recipient", "id"),
        "bot_name": text_at(activity, "recipient", "name"),
        "user_id": text_at(activity, "from", "id"),
        "locale": text_at(activity, "locale"),
    }
    return Place(Platform.TEAMS, conversation, reference, threaded=";messageid=" in conversation)


def _aside(message: Message, activity: Activity) -> Message:
    """A message answered in the person's own chat where it concerns them alone and others would read the answer.

    The reference of such a place holds the `person` to write to, the reference of the conversation they wrote `in`,
    and whether they `typed`: then a word there says where the answer is.
    """
    if text_at(activity, "conversation", "conversationType") not in _SHARED or not isinstance(message, CONCERNS_ONE):
        return message
    person = message.envelope.person
    reference = {
        "person": person.ids[0],
        "in": dict(message.envelope.place.reference),
        "typed": text_at(activity, "type") == "message" and _pressed(activity) is None,
    }
    aside = Place(Platform.TEAMS, f"teams:{person.tenant}:{person.ids[0]}", reference)
    return replace(message, envelope=replace(message.envelope, place=aside))


def is_aside(place: Place) -> bool:
    """Whether what is said there goes to a person's own chat instead of where they wrote."""
    return "person" in place.reference


def is_personal(activity: Activity, outsiders: Outsiders = "refused") -> bool:
    """Whether this came from a person's own chat with the bot, where they can be written to later."""
    return (
        text_at(activity, "conversation", "conversationType") == "personal"
        and bool(text_at(activity, "from", "id"))
        and not _is_bot(activity)
        and not is_outsider(activity, outsiders)
    )


def typed_text(activity: Activity) -> str:
    """What was typed, as plain text: our own mention gone, others by name, HTML and its entities undone."""
    text = text_at(activity, "text")
    for mention in _own_mentions(activity):
        text = re.sub(re.escape(mention) + r"(?:&nbsp;|\s)*", "", text)
    return _unmarked(text)


def _unmarked(text: str) -> str:
    """Plain text: HTML and its entities undone."""
    text = _TAG.sub("", _BREAK.sub("\n", _PICTURE.sub(r"\1", text)))
    # only whole entities: html.unescape alone would also change "&copy=2" inside an address
    text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    return text.replace("\xa0", " ").strip()


def text_at(activity: Activity, *path: str) -> str:
    """The string at a path of keys; "" when there is none or it is something else."""
    found: object = activity
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else ""


def _own_mentions(activity: Activity) -> list[str]:
    """How our own mention may be written; Teams splits a name with spaces into several entities."""
    written = []
    entities = activity.get("entities")
    for entity in entities if isinstance(entities, list) else []:
        if not isinstance(entity, Mapping) or text_at(entity, "type").lower() != "mention":
            continue
        if text_at(entity, "mentioned", "id") == text_at(activity, "recipient", "id"):
            written += [text_at(entity, "text"), f"<at>{text_at(entity, 'mentioned', 'name')}</at>"]
    return [mention for mention in written if mention]


def _pressed(activity: Activity) -> Mapping[str, object] | None:
    """The data a card sent, with what was typed in its fields; None when no card of ours sent this."""
    value = activity.get("value")
    if is_card_action(activity):
        action = value.get("action") if isinstance(value, Mapping) else None
        value = action.get("data") if isinstance(action, Mapping) else None
    return value if isinstance(value, Mapping) and ACTIONS_KEY in value else None


def _button(data: Mapping[str, object], envelope: Envelope) -> Message | None:
    pressed = data.get(ACTIONS_KEY)
    if not isinstance(pressed, Mapping):
        return None
    verb, value = text_at(pressed, "verb"), pressed.get("value")
    strings = (
        {str(key): item for key, item in value.items() if isinstance(item, str)} if isinstance(value, Mapping) else {}
    )
    typed = text_at(data, f"{TEXT_KEY}_{verb}") or text_at(data, TEXT_KEY)
    return from_button(verb, strings, typed, envelope)


def _greeting(activity: Activity, kind: str) -> Message | None:
    """Both events come when the bot is added; their common id lets the inbox keep the second one out."""
    if kind == "installationUpdate":
        is_new = text_at(activity, "action") == "add"
    else:
        added = activity.get("membersAdded")
        bot = text_at(activity, "recipient", "id")
        is_new = isinstance(added, list) and any(
            isinstance(member, Mapping) and text_at(member, "id") == bot != "" for member in added
        )
    person = person_of(activity)
    if not is_new or not person.ids:
        return None
    place = place_of(activity)
    return ShowHelp(Envelope(f"teams:greet:{place.key}", person, place))


def _is_bot(activity: Activity) -> bool:
    sender = text_at(activity, "from", "id")
    return (
        sender == text_at(activity, "recipient", "id")
        or sender.startswith("28:")
        or text_at(activity, "from", "role") in ("bot", "skill")
    )


def is_outsider(activity: Activity, outsiders: Outsiders = "refused") -> bool:
    """Whether somebody may not ask: a guest of the tenant, or of another one in a shared channel or chat."""
    home, role = text_at(activity, "from", "tenantId"), text_at(activity, "from", "userRole").lower()
    if outsiders != "all" and (role == "anonymous" or (home and home not in tenants_of(activity))):
        return True
    return outsiders == "refused" and role == "guest"
