"""``dialogue campus``: what goes to the teachers of a campus hub."""

from __future__ import annotations

import argparse

PLACE = 5


def _campus(arguments: argparse.Namespace) -> int:
    from dialogue.learner import delivery

    if not delivery.address():
        print("No hub runs this course: nothing is sent anywhere.")
        return 0
    if arguments.what in ("on", "off"):
        delivery.switch(arguments.what == "on")
    if not delivery.is_on():
        print("Nothing is sent: 'dialogue campus on' sends answers to your teachers again.")
        return 0
    done = delivery.deliver()
    print(
        f"Your answers to questions go to your teachers at {delivery.address()}; your texts and "
        "notes do not. That page shows what is kept of you, and deletes it."
    )
    if done.waiting:
        print(f"{done.waiting} wait until the service can be reached; nothing of them is lost.")
        return 1
    print("Nothing waits: all answers have arrived.")
    return 0


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "campus",
        help="on a campus hub: send what waits for your teachers, or send no more",
        description="On a JupyterHub that runs the course, answers to questions go to its results "
        "service. WHAT is send (what waits is sent now; the default), off (nothing is sent any "
        "more, and what waits is dropped) or on. Your own record stays as it is. Example: dialogue "
        "campus off. Exit code 0: done; 1: answers still wait.",
    )
    parser.add_argument(
        "what",
        metavar="WHAT",
        nargs="?",
        choices=("send", "off", "on"),
        default="send",
        help="send, off or on (default: send)",
    )
    parser.set_defaults(run=_campus)
