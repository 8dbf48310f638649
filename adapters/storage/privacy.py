"""What is kept of people, for how long, and how one person is shown or taken out.

Words go, counts stay: a case keeps its id, state, topics, times, advisor and guidance version when its asker is
erased or its time has come, and its log still verifies; a question keeps all but its words and who asked it.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    RowMapping,
    Select,
    and_,
    delete,
    or_,
    select,
    update,
)

from adapters.storage.engine import insert_or, reading, writing
from adapters.storage.rows import place_json
from adapters.storage.tables import case_events, cases, deliveries, hash_keys, inbox, places, questions, turns
from adapters.storage.unit_of_work import add_event
from bot.case import BETWEEN_ADVISORS, SMPOLICY, CaseEvent, Move, State
from bot.conversation import BUTTONS_LAST, turn_id_of
from bot.errors import SmpolicyError
from bot.messages import Place, Platform
from bot.privacy import ERASED
from bot.questions import person_hash
from bot.recall import ANSWERS

MESSAGES_KEPT = timedelta(days=90)
EVENTS_KEPT = timedelta(days=30)  # platforms bring an event again for a few hours at most
NOBODY = "erased"
_BETWEEN_ADVISORS = [move.value for move in BETWEEN_ADVISORS]  # to be asked of them
_KEY = "asker"
_RELIED_ON = [verdict.value for verdict in ANSWERS]  # a recall reaches whoever got one of these
_ENDED = (State.ANSWERED.value, State.CLOSED.value, State.WITHDRAWN.value)


@dataclass(frozen=True, slots=True)
class Kept:
    """For how long words are kept: of ended cases, and of questions that had no answer. As long as a case's, it is kept
    where an answer was given, so that a recall reaches whoever relies on it, and the hash of whoever asked."""

    cases: timedelta
    unanswered: timedelta


@dataclass(frozen=True, slots=True)
class Swept:
    """How much one sweep took out: turns of conversations that are over, words of questions, and so on."""

    turns: int
    questions: int
    cases: int
    messages: int
    events: int


def sweep_once_a_day(engine: Engine, now: datetime, kept: Kept) -> Swept | None:
    """Sweep unless any process has done so today; None then. Raises StorageUnavailable."""
    with writing(engine) as connection:
        today = insert_or(connection, inbox).values(event_id=f"sweep:{now.date()}", seen_at=now)
        if connection.execute(today.on_conflict_do_nothing().returning(inbox.c.event_id)).first() is None:
            return None
        return _sweep(connection, now, kept)


def _sweep(connection: Connection, now: datetime, kept: Kept) -> Swept:
    over = turns.c.asked_at < now - BUTTONS_LAST
    useless = or_(over & turns.c.verdict.not_in(_RELIED_ON), turns.c.asked_at < now - kept.cases)
    gone = connection.execute(delete(turns).where(useless))
    emptied = {"question": "", "facts": {}, "place_key": "", "awaiting": ""}
    silent = connection.execute(update(turns).where(over, turns.c.question != "").values(emptied))
    old_words = (questions.c.text != "") & (questions.c.asked_at < now - kept.unanswered)
    worded = connection.execute(update(questions).where(old_words).values(text=""))
    old_askers = (questions.c.asker != "") & (questions.c.asked_at < now - kept.cases)
    connection.execute(update(questions).where(old_askers).values(asker=""))
    ended = and_(cases.c.state.in_(_ENDED), cases.c.ended_at < now - kept.cases, ~cases.c.on_hold)
    old = connection.execute(_for_update(ended, cases.c.question != ERASED)).all()
    _erase_cases(connection, old, now)
    done = deliveries.c.state.in_(("sent", "failed")) & (deliveries.c.created_at < now - MESSAGES_KEPT)
    messages = connection.execute(delete(deliveries).where(done))
    events = connection.execute(delete(inbox).where(inbox.c.seen_at < now - EVENTS_KEPT))
    return Swept(gone.rowcount + silent.rowcount, worded.rowcount, len(old), messages.rowcount, events.rowcount)


def _erase_cases(connection: Connection, old: Sequence[Row[Any]], now: datetime) -> None:
    """Take askers and words out of cases; a move of each, so that nobody who read one before can write it back.

    Args:
        old: id, version and state of each, locked for update.
    """
    nowhere = Place(Platform.TERMINAL, NOBODY, {})
    ids = [row.id for row in old]
    said = case_events.c.case_id.in_(ids) & (case_events.c.note != "")
    connection.execute(update(case_events).where(said).values(note=ERASED, salt=None))
    for row in old:
        event = CaseEvent(row.id, row.version + 1, now, SMPOLICY, Move.ERASE, State(row.state), "")
        add_event(connection, event)
    connection.execute(
        update(cases)
        .where(cases.c.id.in_(ids))
        .values(
            question=ERASED,
            advice=ERASED,
            asker_name="",
            display_name="",
            facts={},
            department="",
            wanted_by=None,
            asker={"platform": Platform.TERMINAL.value, "ids": [NOBODY], "tenant": ""},
            asker_key=NOBODY,
            place=place_json(nowhere),
            place_key=NOBODY,
            version=cases.c.version + 1,
        )
    )


def export_person(engine: Engine, person_key: str, keys: Sequence[bytes]) -> dict[str, list[dict[str, Any]]]:
    """All that is kept of a person, by table, JSON-ready. Raises StorageUnavailable.

    Args:
        person_key: platform:tenant:id.
        keys: under which the person may stand hashed.
    """
    with reading(engine) as connection:
        theirs = _their_places(connection, person_key)
        held = connection.execute(select(cases).where(cases.c.asker_key == person_key)).mappings().all()
        ids = [row["id"] for row in held]
        found = {
            "cases": held,
            "case_events": connection.execute(
                select(case_events).where(case_events.c.case_id.in_(ids), case_events.c.move.not_in(_BETWEEN_ADVISORS))
            )
            .mappings()
            .all(),
            "turns": connection.execute(select(turns).where(turns.c.person_key == person_key)).mappings().all(),
            "questions": connection.execute(select(questions).where(_asked_by(person_key, keys))).mappings().all(),
            "places": connection.execute(select(places).where(theirs)).mappings().all(),
        }
    return {name: [_plain(row) for row in rows] for name, rows in found.items()}


def _asked_by(person_key: str, keys: Sequence[bytes]) -> ColumnElement[bool]:
    return questions.c.asker.in_([person_hash(key, person_key) for key in keys])


def erase_person(engine: Engine, person_key: str, keys: Sequence[bytes], now: datetime) -> Mapping[str, int]:
    """Take a person out: their questions and the answers to them, where they are reached, and their words in cases.

    The cases stay, and so does that something was asked, without by whom and in what words. Cases under legal hold are
    left as they are, and so are those still in work: withdraw or answer them first.

    Returns:
        How many of each were taken out, and how many cases were left.

    Raises:
        StorageUnavailable: nothing was changed.
        SmpolicyError: the key is none.
    """
    with writing(engine) as connection:
        held = connection.execute(_for_update(cases.c.asker_key == person_key)).all()
        free = [row for row in held if row.state in _ENDED and not row.on_hold]
        messages = _erase_messages(connection, person_key, [row.id for row in free])
        _erase_cases(connection, free, now)
        reached = connection.execute(delete(places).where(_their_places(connection, person_key)))
        connection.execute(delete(turns).where(turns.c.person_key == person_key))
        asked = connection.execute(update(questions).where(_asked_by(person_key, keys)).values(asker="", text=""))
    return {
        "cases": len(free),
        "questions": asked.rowcount,
        "messages": messages,
        "places": reached.rowcount,
        "cases_left": len(held) - len(free),
    }


def _for_update(*wanted: ColumnElement[bool]) -> Select[Any]:
    """The cases in question, which nobody moves until we are done."""
    return select(cases.c.id, cases.c.version, cases.c.state, cases.c.on_hold).where(*wanted).with_for_update()


def _their_places(connection: Connection, person_key: str) -> ColumnElement[bool]:
    """Where a person is reached: under the id of their key, and under their other ids, at the same place."""
    platform, _, person_id = _parts(person_key)
    on_platform = places.c.platform == platform
    known = connection.execute(select(places.c.place).where(on_platform, places.c.person_id == person_id))
    keys = [place["key"] for place in known.scalars()]
    return on_platform & or_(places.c.person_id == person_id, places.c.place["key"].as_string().in_(keys))


def _erase_messages(connection: Connection, person_key: str, case_ids: Sequence[str]) -> int:
    """Delete messages of these cases, those to the person directly, and answers to what they asked in a room."""
    row, platform = deliveries.c, _parts(person_key)[0]
    directly = [f"{platform}:{person_key}"]  # in Slack a person's key is that of their direct messages too
    theirs = connection.execute(select(places.c.place).where(_their_places(connection, person_key)))
    directly += [f"{platform}:{place['key']}" for place in theirs.scalars()]
    asked = connection.execute(select(turns.c.id, turns.c.place_key).where(turns.c.person_key == person_key)).all()
    rooms, turn_ids = {f"{platform}:{turn.place_key}" for turn in asked}, {turn.id for turn in asked}
    in_rooms = connection.execute(select(row.id, row.key).where(row.recipient_key.in_(rooms), row.case_id.is_(None)))
    answers = [one.id for one in in_rooms if turn_id_of(one.key.rpartition("#")[0]) in turn_ids]
    to_go = or_(row.case_id.in_(case_ids), row.recipient_key.in_(directly) & row.case_id.is_(None), row.id.in_(answers))
    return connection.execute(delete(deliveries).where(to_go, row.state != "sending")).rowcount


def _parts(person_key: str) -> tuple[str, str, str]:
    """Platform, tenant and id of a person's key; an id of Teams may hold colons itself."""
    parts = person_key.split(":", 2)
    if len(parts) != 3 or parts[0] not in {platform.value for platform in Platform}:
        raise SmpolicyError("Write the person as platform:tenant:id, such as slack:T012ABC:U345DEF.")
    return parts[0], parts[1], parts[2]


def stored_hash_key(engine: Engine) -> bytes:
    """The key that this database's own hashes are made with; a random one the first time. Raises StorageUnavailable."""
    with writing(engine) as connection:
        new = insert_or(connection, hash_keys).values(name=_KEY, key=secrets.token_bytes(32))
        connection.execute(new.on_conflict_do_nothing(index_elements=["name"]))
        return bytes(connection.execute(select(hash_keys.c.key).where(hash_keys.c.name == _KEY)).scalar_one())


def set_hold(engine: Engine, case_id: str, *, on_hold: bool) -> bool:
    """Put a case under legal hold or lift it; False where there is no such case. Raises StorageUnavailable."""
    with writing(engine) as connection:
        changed = connection.execute(update(cases).where(cases.c.id == case_id).values(on_hold=on_hold))
        return changed.rowcount == 1


def _plain(row: RowMapping) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
