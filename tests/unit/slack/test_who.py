import asyncio
from typing import Any

import pytest

from adapters.slack.who import KNOWN_FOR_S, PAUSE_S, Standing, Who, standing_in


class Directory:
    """A client that tells of one person, and how often it was asked."""

    def __init__(self, user: dict[str, Any] | Exception) -> None:
        self.user, self.asked = user, 0

    async def users_info(self, *, user: str) -> dict[str, Any]:
        self.asked += 1
        if isinstance(self.user, Exception):
            raise self.user
        return {"user": self.user}

    async def client(self) -> Any:
        return self


@pytest.mark.parametrize(
    ("user", "standing"),
    [
        ({}, Standing.MEMBER),
        ({"is_restricted": False, "is_ultra_restricted": False}, Standing.MEMBER),
        ({"is_restricted": True}, Standing.GUEST),
        ({"is_restricted": True, "is_ultra_restricted": True}, Standing.GUEST),
        ({"is_stranger": True}, Standing.STRANGER),
    ],
)
def test_slack_tells_who_somebody_is(user: dict[str, Any], standing: Standing):
    assert standing_in(user) is standing


async def test_somebody_is_asked_about_once_an_hour():
    now = [0.0]
    who, directory = Who(clock=lambda: now[0]), Directory({"is_restricted": True})

    for moment in (0.0, KNOWN_FOR_S - 1):
        now[0] = moment
        assert await who.standing("T1", "U1", directory.client) is Standing.GUEST
    assert directory.asked == 1

    now[0] = KNOWN_FOR_S
    directory.user = {}
    assert await who.standing("T1", "U1", directory.client) is Standing.MEMBER
    assert directory.asked == 2


async def test_many_messages_at_once_ask_about_somebody_once():
    who, directory = Who(), Directory({"is_restricted": True})

    found = await asyncio.gather(*(who.standing("T1", "U1", directory.client) for _ in range(5)))

    assert (found, directory.asked) == ([Standing.GUEST] * 5, 1)


async def test_a_slack_that_does_not_tell_is_left_alone_for_a_while():
    now = [0.0]
    who, directory = Who(clock=lambda: now[0]), Directory(OSError())

    for moment in (0.0, PAUSE_S - 1):
        now[0] = moment
        assert await who.standing("T1", "U1", directory.client) is Standing.MEMBER
    assert directory.asked == 1

    now[0], directory.user = PAUSE_S, {"is_restricted": True}
    assert await who.standing("T1", "U1", directory.client) is Standing.GUEST


async def test_the_same_id_in_another_workspace_is_somebody_else():
    who, guest, member = Who(), Directory({"is_restricted": True}), Directory({})

    assert await who.standing("T1", "U1", guest.client) is Standing.GUEST
    assert await who.standing("T2", "U1", member.client) is Standing.MEMBER


@pytest.mark.parametrize(
    ("standing", "asks"),
    [
        (Standing.MEMBER, [True, True, True]),
        (Standing.GUEST, [False, True, True]),
        (Standing.STRANGER, [False, False, True]),
    ],
)
def test_the_setting_says_who_may_ask(standing: Standing, asks: list[bool]):
    assert [standing.may_ask(setting) for setting in ("refused", "guests", "all")] == asks
