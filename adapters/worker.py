"""The worker process: delivers what is queued, in any number of processes on one database."""

import asyncio

from adapters.bootstrap import Application
from adapters.web import STOPS, dispatching, wait_for_schema


async def work(application: Application) -> None:
    """Deliver until told to stop."""
    stop = asyncio.Event()
    for number in STOPS:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await wait_for_schema(application, stop)
    async with dispatching(application) as (_, dispatcher):
        await dispatcher.run_forever(stop)
