"""One message a second into each channel, which is what Slack takes."""

import asyncio
import time
from collections.abc import Callable

from bot.errors import DeliveryFailed

APART_S = 1.0
PATIENCE_S = 3.0  # a longer queue is put off, so that it does not fill up all hands while other channels wait
FORGOTTEN_AFTER_S = 60.0
_SWEEP_FROM = 1_000  # channels


class Pace:
    """Spaces out messages to one channel; the first goes at once, and channels do not wait for each other."""

    def __init__(self, apart_s: float = APART_S, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._apart_s, self._clock = apart_s, clock
        self._free_at: dict[str, float] = {}  # by channel
        self._turns: dict[str, dict[str, float]] = {}  # by channel: when each message put off may come back

    async def wait(self, channel: str, key: str) -> None:
        """Wait for a channel's next second.

        Raises:
            DeliveryFailed: others are before it for longer than a moment; `after_s` is when its turn comes.
        """
        now = self._clock()
        self._sweep(now)
        turns = self._turns.get(channel, {})
        turns.pop(key, None)
        free_at = max(now, self._free_at.get(channel, now))
        if free_at - now > PATIENCE_S:
            turn = max(free_at, *turns.values()) + self._apart_s if turns else free_at
            self._turns.setdefault(channel, turns)[key] = turn
            raise DeliveryFailed("paced", retryable=True, after_s=turn - now)
        self._free_at[channel] = free_at + self._apart_s
        if free_at > now:
            await asyncio.sleep(free_at - now)

    def _sweep(self, now: float) -> None:
        """Let go of channels that are free again, and of turns that nobody takes any more."""
        if len(self._free_at) < _SWEEP_FROM:
            return
        self._free_at = {channel: at for channel, at in self._free_at.items() if at > now}
        for channel, turns in list(self._turns.items()):
            kept = {key: at for key, at in turns.items() if at > now - FORGOTTEN_AFTER_S}
            if kept:
                self._turns[channel] = kept
            else:
                del self._turns[channel]
