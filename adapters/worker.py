"""The worker process: delivers what is queued, in any number of processes on one database."""

from adapters.bootstrap import Application
from adapters.web import dispatching, stop_on_signal, wait_for_schema


async def work(application: Application) -> None:
    """Deliver until told to stop."""
    stop = stop_on_signal()
    await wait_for_schema(application, stop)
    _ = application.engine  # before anything is under way: reading it holds up all that a process does for a second
    async with dispatching(application) as (_, dispatcher):
        await dispatcher.run_forever(stop)
