"""What goes wrong, and who asks whom: all of it follows from one seed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Any


class Fate(StrEnum):
    """What becomes of one message at a platform."""

    TAKEN = "taken"
    THROTTLED = "throttled"  # 429 with Retry-After
    BROKEN = "broken"  # 500, and nothing was taken
    CUT_OFF = "hidden by a lost connection"  # taken, but the answer does not arrive
    HANGING = "hidden by a time-out"  # taken, but the answer comes after everybody's patience

    @property
    def hidden(self) -> bool:
        return self in (Fate.CUT_OFF, Fate.HANGING)


class Deck:
    """Fates in the shares that were asked for, dealt in a new order each time the deck is used up."""

    def __init__(self, random: Random, shares: Mapping[Fate, int], cards: int) -> None:
        """cards: of a whole deck; those that `shares` does not name are taken."""
        self._random = random
        self._whole = [fate for fate, count in shares.items() for _ in range(count)]
        self._whole += [Fate.TAKEN] * (cards - len(self._whole))
        self._left: list[Fate] = []

    def deal(self) -> Fate:
        if not self._left:
            self._left = self._random.sample(self._whole, len(self._whole))
        return self._left.pop()


class Room(StrEnum):
    """Where a question is asked."""

    SLACK_DIRECT = "Slack, direct message"
    SLACK_CHANNEL = "Slack, mention in a channel"
    TEAMS_CHAT = "Teams, own chat"
    TEAMS_CHANNEL = "Teams, mention in a channel"

    @property
    def is_slack(self) -> bool:
        return self in (Room.SLACK_DIRECT, Room.SLACK_CHANNEL)


_ROOMS = 4 * [Room.SLACK_DIRECT] + [Room.SLACK_CHANNEL] + 4 * [Room.TEAMS_CHAT] + [Room.TEAMS_CHANNEL]


@dataclass(frozen=True)
class Question:
    """One question of one person, each their only one."""

    number: int
    room: Room
    after_s: float  # since the question before
    is_claimed: bool  # whether the advisor presses "Claim" as soon as the case arrives
    is_refused: bool  # whether the platform refuses what is written to the asker, until it is mended by hand

    @property
    def mark(self) -> str:
        """What no other question says."""
        return f"event number {self.number} about"

    @property
    def text(self) -> str:
        return f"advisor May I speak at {self.mark} a book I am writing?"

    @property
    def slack_user(self) -> str:
        return f"UASK{self.number}"

    @property
    def slack_channel(self) -> str:
        return self.slack_chat if self.room is Room.SLACK_DIRECT else "CTEAM"

    @property
    def slack_chat(self) -> str:
        """Their direct messages, as tests/slack_server.py opens them."""
        return f"D{self.slack_user}"

    @property
    def slack_sent_at(self) -> str:
        return f"1760000{self.number:03}.000100"

    @property
    def entra_id(self) -> str:
        return f"entra-asker-{self.number}"

    @property
    def conversation(self) -> str:
        if self.room is Room.TEAMS_CHAT:
            return f"a:{self.entra_id}"
        return f"19:team@thread.tacv2;messageid=1760000{self.number:03}"


@dataclass(frozen=True)
class Seat:
    """Where one advisor can be reached, best first, and where the platform refuses them."""

    id: str
    slack: bool = False
    teams: bool = False
    email: bool = False
    slack_refused: bool = False
    teams_refused: bool = False

    @property
    def slack_user(self) -> str:
        return f"U-{self.id}".upper()

    @property
    def entra_id(self) -> str:
        return f"entra-{self.id}"

    @property
    def address(self) -> str:
        return f"{self.id}@example.org"

    @property
    def is_in_slack(self) -> bool:
        return self.slack and not self.slack_refused

    @property
    def has_opened_the_app(self) -> bool:
        """In Teams."""
        return self.teams and not self.teams_refused

    def row(self) -> dict[str, Any]:
        """As an advisor file has it."""
        addresses = {
            "slack": self.slack_user if self.slack else "",
            "teams": self.entra_id if self.teams else "",
            "email": self.address if self.email else "",
        }
        return {
            "id": self.id,
            "name": self.id.replace("-", " ").title(),
            **{name: value for name, value in addresses.items() if value},
        }


_SEATS: tuple[dict[str, bool], ...] = (
    {"slack": True},
    {"teams": True},
    {"slack": True, "teams": True},
    {"slack": True, "teams": True, "slack_refused": True},
    {"teams": True, "email": True, "teams_refused": True},
    {"slack": True, "email": True, "slack_refused": True},
    {"slack": True, "email": True},
    {"email": True},
)


class Plan:
    """Everything that is decided beforehand; each part draws from a stream of its own."""

    def __init__(self, seed: int, cases: int, *, per_s: float, kill_every_s: float) -> None:
        """per_s: questions a second. kill_every_s: between two kills, on average."""
        self.seed, self.kill_every_s = seed, kill_every_s
        self.questions = self._ask(cases, per_s)
        # 16 advisors for 200 cases, so that nobody's chat is the bottleneck
        self.seats = tuple(
            Seat(f"quill-{chr(97 + number)}", **_SEATS[number % len(_SEATS)])
            for number in range(len(_SEATS) * (1 + cases // 150))
        )
        # in a chat of Slack's a hidden message can be found again, so nothing is spared there; elsewhere it
        # cannot, and each one hidden is one sent twice
        shares = {Fate.THROTTLED: 3, Fate.BROKEN: 3}
        self.slack_direct = Deck(self.stream("slack"), {**shares, Fate.CUT_OFF: 2, Fate.HANGING: 1}, 40)
        self.elsewhere = Deck(self.stream("elsewhere"), {**_times(shares, 6), Fate.CUT_OFF: 1}, 240)
        self.reads = Deck(self.stream("reads"), {Fate.THROTTLED: 1, Fate.BROKEN: 1}, 40)
        self.mail = Deck(self.stream("mail"), {Fate.THROTTLED: 1, Fate.BROKEN: 1, Fate.CUT_OFF: 1}, 20)
        self.kills = self.stream("kills")
        self.clients = self.stream("clients")
        moments = self.stream("database")
        self.database_restarts_at = sorted({int(cases * share) for share in (moments.uniform(0.2, 0.4), 0.7)})

    def stream(self, name: str) -> Random:
        return Random(f"{self.seed}:{name}")

    def _ask(self, cases: int, per_s: float) -> tuple[Question, ...]:
        random = self.stream("questions")
        refused = set(random.sample(range(1, cases + 1), max(1, cases // 100)))
        return tuple(
            Question(
                number,
                # a channel belongs to many: what is refused is somebody's own chat
                random.choice([Room.SLACK_DIRECT, Room.TEAMS_CHAT] if number in refused else _ROOMS),
                random.expovariate(per_s),
                random.random() < 0.6,
                number in refused,
            )
            for number in range(1, cases + 1)
        )


def _times(shares: Mapping[Fate, int], factor: int) -> dict[Fate, int]:
    return {fate: count * factor for fate, count in shares.items()}
