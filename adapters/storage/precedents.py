"""bot.ports.PrecedentStore over SQL."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, func, insert, select, update

from adapters.storage.engine import next_number
from adapters.storage.rows import precedent_event_values, precedent_values, to_precedent, to_precedent_event
from adapters.storage.tables import precedent_events, precedent_numbers, precedents
from bot.errors import ChangedMeanwhile, UnknownPrecedent
from bot.precedent import Precedent, PrecedentEvent, precedent_id


@dataclass(frozen=True, slots=True)
class SqlPrecedentStore:
    connection: Connection

    def next_id(self, year: int) -> str:
        return precedent_id(year, next_number(self.connection, precedent_numbers, year))

    def add(self, precedent: Precedent, event: PrecedentEvent) -> None:
        self.connection.execute(insert(precedents).values(precedent_values(precedent)))
        self._log(event)

    def get(self, precedent_id: str) -> Precedent:
        return self._one(select(precedents).where(precedents.c.id == precedent_id), precedent_id)

    def take(self, precedent_id: str) -> Precedent:
        """SQLite has one writer at a time anyway."""
        locked = select(precedents).where(precedents.c.id == precedent_id).with_for_update()
        return self._one(locked, precedent_id)

    def save(self, precedent: Precedent, event: PrecedentEvent) -> None:
        unmoved = (precedents.c.id == precedent.id) & (precedents.c.version == precedent.version - 1)
        changed = self.connection.execute(update(precedents).where(unmoved).values(precedent_values(precedent)))
        if changed.rowcount != 1:
            raise ChangedMeanwhile(precedent.id)
        self._log(event)

    def of_case(self, case_id: str) -> Sequence[Precedent]:
        return self._read(_newest_first().where(precedents.c.case_id == case_id))

    def all(self) -> Sequence[Precedent]:
        return self._read(_newest_first())

    def events(self, precedent_id: str) -> Sequence[PrecedentEvent]:
        log = select(precedent_events).where(precedent_events.c.precedent_id == precedent_id)
        return [to_precedent_event(row) for row in self.connection.execute(log.order_by(precedent_events.c.number))]

    def moves(self) -> int:
        return self.connection.execute(select(func.count()).select_from(precedent_events)).scalar_one()

    def _log(self, event: PrecedentEvent) -> None:
        self.connection.execute(insert(precedent_events).values(precedent_event_values(event)))

    def _one(self, wanted: Select[tuple[object, ...]], precedent_id: str) -> Precedent:
        row = self.connection.execute(wanted).first()
        if row is None:
            raise UnknownPrecedent(precedent_id)
        return to_precedent(row)

    def _read(self, wanted: Select[tuple[object, ...]]) -> list[Precedent]:
        return [to_precedent(row) for row in self.connection.execute(wanted)]


def _newest_first() -> Select[tuple[object, ...]]:
    return select(precedents).order_by(precedents.c.id.desc())
