"""What a process counts, for Prometheus. No label ever holds a person, a text or a token."""

import functools
import time
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from prometheus_client import Counter, Histogram, start_http_server

from bot.errors import SmpolicyError
from bot.settings import Settings

Given = ParamSpec("Given")
Answer = TypeVar("Answer")
_Handler = Callable[Given, Awaitable[Answer]]

# finest where it matters: Slack waits three seconds, and 0.25 s is what we hold ourselves to
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)

ACKNOWLEDGED = Histogram(
    "smpolicy_acknowledgement_seconds",
    "From a request that was read and verified until its acknowledgement.",
    ("platform", "kind"),
    buckets=_SECONDS,
)
REDELIVERED = Counter("smpolicy_redeliveries", "Events that a platform brought again.", ("platform",))
THROTTLED = Counter("smpolicy_throttled", "Calls that a platform refused with 429.", ("platform", "method"))
LIMITED = Counter("smpolicy_limited", "Messages beyond a limit.", ("platform", "scope"))
REFUSED = Counter("smpolicy_refused", "Messages of people who may not ask.", ("platform", "who"))
DELIVERIES = Counter("smpolicy_deliveries", "Deliveries by what became of the attempt.", ("outcome",))


def timed(platform: str, kind: str) -> Callable[[_Handler[Given, Answer]], _Handler[Given, Answer]]:
    """Measure how long a handler takes to acknowledge."""
    seconds = ACKNOWLEDGED.labels(platform, kind)

    def around(handler: _Handler[Given, Answer]) -> _Handler[Given, Answer]:
        @functools.wraps(handler)  # Bolt reads from the signature what a handler wants
        async def measured(*given: Given.args, **named: Given.kwargs) -> Answer:
            began = time.perf_counter()
            try:
                return await handler(*given, **named)
            finally:
                seconds.observe(time.perf_counter() - began)

        return measured

    return around


def serve_metrics(settings: Settings) -> Callable[[], None]:
    """Show the figures at /metrics on their own port, where one is set; gives what ends that.

    Raises:
        SmpolicyError: the port is taken.
    """
    if settings.metrics_port is None:
        return lambda: None
    try:
        server, thread = start_http_server(settings.metrics_port, addr=settings.bind)
    except OSError as error:
        raise SmpolicyError(
            f"Cannot show metrics on {settings.bind}:{settings.metrics_port}: {error.strerror or error}. Give each "
            "process on one machine an SMPOLICY_METRICS_PORT of its own, or leave it out."
        ) from error

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return stop
