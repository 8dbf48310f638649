from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.engine import GuidanceEngine
from bot.messages import Platform
from tests.scenario.world import Seat, World, a_world


@pytest.fixture
async def world(
    tmp_path: Path, uk_engine: GuidanceEngine, pair: tuple[Platform, Platform], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    async with a_world(f"sqlite:///{tmp_path}/smpolicy.sqlite3", uk_engine, pair[1], monkeypatch) as world:
        yield world


@pytest.fixture
def asker(world: World, pair: tuple[Platform, Platform]) -> Seat:
    return world.seat(pair[0])


@pytest.fixture
def advisor(world: World, pair: tuple[Platform, Platform]) -> Seat:
    return world.seat(pair[1], advisor=True)
