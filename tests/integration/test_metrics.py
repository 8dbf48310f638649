import socket
import threading

import pytest
from aiohttp import ClientSession

from adapters.metrics import DELIVERIES, serve_metrics
from bot.errors import SmpolicyError
from bot.settings import Settings


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_figures_are_shown_on_a_port_of_their_own():
    DELIVERIES.labels("sent").inc()
    port = a_free_port()
    stop = serve_metrics(Settings(metrics_port=port, bind="127.0.0.1"))
    try:
        async with ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as response:
            shown = await response.text()
    finally:
        stop()

    assert response.status == 200
    assert 'smpolicy_deliveries_total{outcome="sent"}' in shown
    assert "smpolicy_acknowledgement_seconds" in shown


def test_without_a_port_nothing_is_shown():
    before = threading.active_count()

    stop = serve_metrics(Settings())

    assert threading.active_count() == before
    stop()


def test_a_port_that_is_taken_is_told_in_plain_words():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(SmpolicyError, match=f"127.0.0.1:{port}.*SMPOLICY_METRICS_PORT"):
            serve_metrics(Settings(metrics_port=port, bind="127.0.0.1"))
