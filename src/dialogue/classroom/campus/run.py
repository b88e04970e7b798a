"""Start the results service, or do what is asked of whoever keeps the data."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from tornado.httpserver import HTTPServer

from dialogue.classroom.campus import lti, results, service
from dialogue.classroom.campus.ledger import Ledger
from dialogue.course import faults, files
from dialogue.course.files import FileFault

KEEP_DAYS = 400  # a year of teaching, and time to object to a mark
_DAY = 24 * 60 * 60


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m dialogue.classroom.campus",
        description="The results service of a hub. Without an option it serves, as JupyterHub "
        "starts it (RESULTS_ADDRESS: a file, or an address of PostgreSQL; RESULTS_KEEP_DAYS). "
        "The options are for whoever keeps the data, also while it runs.",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="whose answers are kept, and how many")
    what.add_argument("--copy", metavar="NAME", help="all that is kept of one learner, as JSON")
    what.add_argument("--delete", metavar="NAME", help="delete all that is kept of one learner")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where the copy goes")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """0 when it is done; 1 when not, and one line says why."""
    arguments = _parser().parse_args(argv)
    try:
        tool = lti.Tool.told()
        address = os.environ.get("RESULTS_ADDRESS", "results.sqlite")
        ledger = Ledger(address, scores=tool is not None)
        if arguments.list or arguments.copy or arguments.delete:
            try:
                return _asked(ledger, arguments)
            finally:
                ledger.close()
        port, prefix, days = _told()
        return asyncio.run(_serve(ledger, tool, port, prefix, days))
    except FileFault as fault:
        print(fault, file=sys.stderr)
        return 1


def _asked(ledger: Ledger, arguments: argparse.Namespace) -> int:
    counts = dict(ledger.counts())
    if arguments.list:
        for name, count in counts.items():
            print(faults.printable(f"{name}: {count} answers"))
        return 0
    name = arguments.copy or arguments.delete
    if name not in counts:
        raise FileFault(repr(name), "nothing is kept of this learner", "--list shows the names")
    if arguments.delete:
        print(faults.printable(f"{name}: {ledger.forget(name)} answers are deleted."))
        return 0
    copy = results.own(name, ledger.answers(name)[name], ledger.told(name))
    if arguments.output:
        files.write(arguments.output, copy)
    else:
        print(copy, end="")
    return 0


def _days() -> float:
    given = os.environ.get("RESULTS_KEEP_DAYS", str(KEEP_DAYS))
    if not given.isdecimal() or not int(given):
        raise FileFault("RESULTS_KEEP_DAYS", f"{given!r} is no number of days", "give one, as 400")
    return float(given)


def _told() -> tuple[int, str, float]:
    """What the hub has told: the port, the prefix of addresses, and for how many days to keep."""
    where = urlsplit(os.environ.get("JUPYTERHUB_SERVICE_URL", ""))
    prefix = os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "")
    if not (where.port and prefix):
        remedy = "let the hub start it, see deploy/README.md"
        raise FileFault("JUPYTERHUB_SERVICE_URL", "no hub has started this service", remedy)
    return where.port, prefix, _days()


async def _serve(ledger: Ledger, tool: lti.Tool | None, port: int, prefix: str, days: float) -> int:
    if os.environ.get("LTI_FRAME"):  # in a page of the LMS a browser sends no other cookies
        os.environ.setdefault("JUPYTERHUB_COOKIE_OPTIONS", '{"SameSite": "None", "Secure": true}')
    desk = service.Desk(ledger)
    worker = None
    if tool:
        desk.passback = lti.Passback(desk, tool)
        worker = asyncio.create_task(desk.passback.run())
    # Only cookies of the sign-in are signed with it: after a restart one signs in again, unseen.
    server = HTTPServer(
        service.application(desk, prefix, secrets.token_bytes(32)),
        max_body_size=service.MOST_BODY,
    )
    server.listen(port, os.environ.get("RESULTS_LISTEN", "127.0.0.1"))
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    while not ended.is_set():
        await desk.do(ledger.forget_before, time.time() - days * _DAY)
        try:
            await asyncio.wait_for(ended.wait(), _DAY)
        except TimeoutError:
            continue
    if worker:  # what it was about is told again at the next start
        worker.cancel()
    server.stop()
    await server.close_all_connections()
    desk.close()
    return 0
