"""The same bot at a keyboard: one person plays the asker and the advisor, and no token is needed."""

import asyncio
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from rich.console import Console
from rich.text import Text

from adapters.delivery import Dispatcher, Sent
from adapters.plain import to_text
from bot import wording
from bot.deliveries import Delivery
from bot.errors import StorageUnavailable
from bot.messages import Envelope, Message, Person, Place, Platform, from_button, from_words
from bot.replies import Action, Reply
from knowledge.entry import Facts

QUIT = frozenset({"quit", "exit", "bye"})


class Seat(StrEnum):
    """Who is typing. The ids are the addresses that a rota gives under `terminal:`."""

    ASKER = "asker"
    ADVISOR = "advisor"

    @property
    def person(self) -> Person:
        return Person(Platform.TERMINAL, (self.value,))

    @property
    def place(self) -> Place:
        threaded = self is Seat.ASKER
        return Place(Platform.TERMINAL, f"terminal:{self.value}", {"seat": self.value}, threaded)


class TerminalSender:
    """Prints what is delivered; see adapters.delivery.Sender."""

    def __init__(self, show: Callable[[Seat, Reply], None]) -> None:
        self._show = show

    async def send_to_person(
        self, person_id: str, reply: Reply, *, key: str, replaces: Mapping[str, object] | None, ambiguous: bool
    ) -> Sent:
        return await self.send_to_place({"seat": person_id}, reply, key=key, replaces=replaces, ambiguous=ambiguous)

    async def send_to_place(
        self,
        reference: Mapping[str, object],
        reply: Reply,
        *,
        key: str,
        replaces: Mapping[str, object] | None,
        ambiguous: bool,
    ) -> Sent:
        if replaces:  # the card stands above already: what changed are its state and its buttons
            reply = Reply(reply.text, reply.parts[:1], reply.actions)
        self._show(Seat(str(reference["seat"])), reply)
        return Sent({"key": key})


@dataclass
class Chat:
    """A conversation at the keyboard.

    `handle` is the service's; it returns what it queued. What reaches a seat is printed under its name, its
    buttons numbered; typing a number presses one.
    """

    handle: Callable[[Message], tuple[Delivery, ...]]
    console: Console
    profile: Facts = field(default_factory=dict)
    seat: Seat = Seat.ASKER
    buttons: dict[Seat, tuple[Action, ...]] = field(default_factory=dict)
    asking: Action | None = None

    async def run(self, dispatcher: Dispatcher, *, interactive: bool) -> None:
        """Read lines until the end of input or "quit"."""
        if interactive:
            self.console.print(Text(_WELCOME))
        while (line := await asyncio.to_thread(self._read, interactive)) is not None:
            if line.strip().lower() in QUIT:
                break
            await self.take(line, dispatcher)

    def _read(self, interactive: bool) -> str | None:
        if not interactive:
            line = sys.stdin.readline()
            if line:
                self.console.print(Text(f"{self.seat}> {line.strip()}"))
            return line.rstrip("\n") if line else None
        try:
            return input(f"{self.asking.prompt.label if self.asking and self.asking.prompt else self.seat}> ")
        except (EOFError, KeyboardInterrupt):
            self.console.print()
            return None

    async def take(self, line: str, dispatcher: Dispatcher) -> None:
        """One line: a seat, a button's number, the text a button asked for, or words for the bot."""
        message = self._to_message(line)
        if message is None:
            return
        try:
            self.handle(message)
            while await dispatcher.run_once():
                pass
        except StorageUnavailable:
            self.show(self.seat, wording.out_of_order())

    def _to_message(self, line: str) -> Message | None:
        said = line.strip()
        if self.asking is None and said.lower() in [f"as {seat}" for seat in Seat]:
            self.seat = Seat(said.lower().removeprefix("as "))
            self.console.print(Text(f"You are the {self.seat} now."))
            return None
        envelope = Envelope(f"terminal:{secrets.token_hex(8)}", self.seat.person, self.seat.place)
        if self.asking is not None:
            asked, self.asking = self.asking, None
            if not said:
                self.console.print(Text("Nothing written, nothing sent."))
                return None
            return from_button(asked.verb, asked.value, said, envelope)
        shown = self.buttons.get(self.seat, ())
        if said.isascii() and said.isdigit() and shown:
            if not 1 <= int(said) <= len(shown):
                self.console.print(Text(f"There is no button {said}: type 1 to {len(shown)}, or a question."))
                return None
            action = shown[int(said) - 1]
            if action.prompt:
                self.asking = action
                hint = f". {action.prompt.hint}" if action.prompt.hint else ""
                self.console.print(Text(f"{action.prompt.label}{hint} (an empty line goes back)"))
                return None
            return from_button(action.verb, action.value, "", envelope)
        return from_words(line, envelope, self.profile)

    def show(self, seat: Seat, reply: Reply) -> None:
        """Print a reply for a seat, and remember its buttons."""
        if reply.actions:
            self.buttons[seat] = reply.actions
        write(self.console, f"── to the {seat} ──\n{render(reply)}\n")


_WELCOME = """smpolicy: ask whether you may post something, or type help.
You are the asker; type "as advisor" to sit in the advisor's seat, a number to press a button, quit to end."""


def write(console: Console, text: str) -> None:
    """Print lines wrapped at words; addresses are never broken, so that they can be clicked."""
    for line in text.splitlines():
        console.print(Text(line), soft_wrap="://" in line)


def render(reply: Reply) -> str:
    """A reply as plain text, its buttons numbered at the end."""
    numbered = [f"[{number}] {action.label}" for number, action in enumerate(reply.actions, 1)]
    return "\n".join(filter(None, [to_text(reply), "   ".join(numbered)]))
