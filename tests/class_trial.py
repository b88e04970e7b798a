"""A class of thirty for ten minutes: ``make test-class``.

Thirty scripted learners on phone-sized pages take a lesson while the teacher's page is watched;
some lose the network for a while; a vote is run twice, shown and told; at the end the report is
written, and every answer that a learner gave must be in it once.  It is no part of ``make test``
for its length and its memory (thirty pages of a browser); a room with five browsers, which walks
the same way, is.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright
from rooms import Running
from test_class_browser import ADDRESS, Phone, Window

from conftest import find_browser, wait_until
from dialogue import bank
from dialogue.questions import Single


class Learner:
    """Goes through the questions of the page, from top to bottom, choosing by chance."""

    def __init__(self, phone: Phone, chance: random.Random) -> None:
        self.phone, self.chance = phone, chance
        forms = phone.page.locator("form[data-item]")
        # Those of one right option that stand open on the page; what is folded is for home.
        names = forms.evaluate_all(
            "(all) => all.filter((one) => one.checkVisibility()).map((one) => one.dataset.item)"
        )
        single = {q.id for q in bank.course_bank().questions.values() if isinstance(q, Single)}
        names = [name for name in names if name in single]
        self.waiting = list(dict.fromkeys(names))
        self.given = 0
        self.away = False

    def go_on(self) -> None:
        """Answer the next question, by the labels as a person would."""
        item = self.waiting.pop(0)
        form = self.phone.page.locator(f'form[data-item="{item}"]').first
        options = form.locator("fieldset:not(.dq-sure) .dq-option input")
        options.nth(self.chance.randrange(options.count())).check()
        sure = form.locator(".dq-sure input")
        if sure.count():
            sure.nth(self.chance.randrange(3)).check()
        form.locator("button.dq-check, button[type=submit]").first.click()
        self.given += 1

    def network(self, on: bool) -> None:
        """The network goes, or comes back."""
        self.away = not on
        self.phone.context.set_offline(not on)


def voted(teacher: Any, wall: Any, learners: list[Learner], chance: random.Random) -> None:
    """One whole vote: both rounds, shown, told, ended."""
    teacher.bring_to_front()
    teacher.locator("#vote-start").click()
    count = len(learners)
    stages = {
        f"{count} votes, then 0": ("They talk.", "Second vote is open"),
        f"{count} votes, then {count}": ("Both votes are shown",),
    }
    for all_in, steps in stages.items():
        for learner in learners:
            learner.phone.page.locator(f"#option-{chance.randrange(3)}").click()
        teacher.get_by_text(all_in).wait_for()
        assert wall.locator(".line").count() == 0
        for stage in steps:
            teacher.locator("#step").click()
            teacher.get_by_text(stage).first.wait_for()
    wall.bring_to_front()
    wall.locator(".line").first.wait_for()
    teacher.bring_to_front()
    teacher.locator("#step").click()
    teacher.get_by_text("Both votes and the key are shown").wait_for()
    teacher.locator("#end").click()
    teacher.locator("#vote-start").wait_for()


def trial(count: int, minutes: float) -> None:
    """The class, from the door to the report."""
    chance = random.Random(5)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        held = Running(Path(folder) / "class")
        try:
            rules = f"MAP {ADDRESS} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
            browser = playwright.chromium.launch(
                executable_path=find_browser(),
                args=["--no-sandbox", f"--host-resolver-rules={rules}"],
            )
            desk = Window(browser, held.teacher, viewport={"width": 1280, "height": 900})
            teacher, wall = desk.page, desk.open(f"http://127.0.0.1:{held.port}/wall")
            learners = []
            for number in range(count):
                learners.append(Learner(Phone(browser, held, f"learner {number + 1}"), chance))
                print(f"\r{number + 1} have joined ", end="", flush=True)
            print(f"\n{len(learners[0].waiting)} questions each, {minutes:g} minutes")
            begun, slowest, votes = time.monotonic(), 0.0, 0
            whole = sum(len(learner.waiting) for learner in learners)
            while any(learner.waiting for learner in learners):
                learner = chance.choice([one for one in learners if one.waiting])
                if learner.away or chance.random() < 0.04:
                    learner.network(learner.away)
                learner.go_on()
                done = sum(one.given for one in learners)
                if done >= whole * (votes + 1) / 3 and votes < 2:
                    for one in learners:
                        one.network(True)
                    voted(teacher, wall, learners, chance)
                    votes += 1
                    print(f"vote {votes} has been run and told")
                time.sleep(max(0.0, begun + minutes * 60 * done / whole - time.monotonic()))
            for one in learners:
                one.network(True)
            for one in learners:
                one.phone.page.bring_to_front()
                wait_until(lambda one=one: one.phone.said().endswith("connected"), one.phone.said)
            teacher.bring_to_front()
            asked = time.monotonic()
            teacher.locator("#fold-everybody").click()
            shown = teacher.locator("#part-learners li .row span")
            each = sorted(f"{one.given} answered" for one in learners)
            wait_until(lambda: sorted(shown.all_inner_texts()) == each, "the teacher sees all")
            slowest = time.monotonic() - asked
            teacher.locator("#fold-tomorrow").click()
            things = teacher.locator("#part-tomorrow ol > li")
            things.first.wait_for()
            reteach = things.count()
            teacher.locator("#report").click()
            teacher.get_by_text("The report is in").wait_for()
            with (held.folder / "report" / "learners.csv").open(encoding="utf-8-sig") as table:
                checks = [int(row["checks"]) for row in csv.DictReader(table)]
            given = sum(one.given for one in learners)
            assert sum(checks) == given, (sum(checks), given)
            assert len(checks) == count
            errors = [error for one in (desk, *(x.phone for x in learners)) for error in one.errors]
            assert errors == []
            code, said = held.stop()
            assert code == 0, said
            print(
                f"{count} learners gave {given} answers in {time.monotonic() - begun:.0f} s; all are "
                f"in the report, once. The teacher's page had them {slowest:.1f} s after the last; "
                f"{votes} votes; {reteach} things to teach again."
            )
        finally:
            held.kill()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--learners", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=10)
    given = parser.parse_args()
    sys.exit(trial(given.learners, given.minutes))
