"""The fault run: python -m tests.faults --cases 200 --seed 1 --database postgresql.

Opens cases through real web and worker processes while they are killed, the database is restarted and the
platforms misbehave; then reads database and platforms and counts. Exit 1, with the reasons, when a case was lost,
opened twice or told to nobody, or when more was sent twice than the platforms themselves hid.
"""

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from tests.faults.plan import Plan
from tests.faults.run import run
from tests.postgres import NoPostgres


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Kill, cut off, refuse; then count.")
    parser.add_argument("--cases", type=int, default=200, help="questions asked, each of which must become a case")
    parser.add_argument("--seed", type=int, default=1, help="everything that is decided beforehand follows from it")
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--per-second", type=float, default=4.0, help="questions asked a second")
    parser.add_argument("--kill-every", type=float, default=1.0, help="seconds between two kills")
    given = parser.parse_args()
    if given.cases < 1 or given.per_second <= 0 or given.kill_every <= 0:
        parser.error("--cases, --per-second and --kill-every must be above 0")
    plan = Plan(given.seed, given.cases, per_s=given.per_second, kill_every_s=given.kill_every)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))  # so that our processes end first
    folder = Path(tempfile.mkdtemp(prefix="smpolicy-faults-"))
    try:
        figures = asyncio.run(run(plan, given.database, folder))
    except NoPostgres as none:
        sys.stderr.write(f"{none}. Try --database sqlite.\n")
        return 1
    except KeyboardInterrupt:
        return 130
    sys.stdout.write(f"{given.database}, seed {given.seed}\n{figures}\n")
    if figures.reasons:
        sys.stderr.write(f"The logs of the processes are in {folder}\n")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
