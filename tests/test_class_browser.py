"""A room with five browsers, end to end: join, answer, vote, kill, restart, nothing lost.

Phones open a plain http address that is not this computer's own, so that the pages get no
more rights than on a room's network.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rooms import Running

from conftest import PATIENCE, wait_until
from dialogue.course import catalogue
from dialogue.site import build, lessons

NAMES = ("blue heron", "<img src=x onerror=alert(1)>", "ليلى", "=1+1", "Ana\u202eevil")
ADDRESS = "10.9.8.7"
CHOICE = "05-troop-cuts"


@pytest.fixture(scope="module")
def chromium(browser: Any, browser_path: str) -> Iterator[Any]:
    """A Chromium with an address of its own for the class, by the Playwright that is there already:
    a process can have one."""
    rules = f"MAP {ADDRESS} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    found = browser.browser_type.launch(
        executable_path=browser_path,
        args=["--no-sandbox", f"--host-resolver-rules={rules}"],
    )
    yield found
    found.close()


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the reading edition the one lesson that is taken here: the whole takes a while to make."""
    folder = tmp_path_factory.mktemp("edition")
    lesson = next(one for one in catalogue.lessons() if one.number == "05")
    made = build._assets()
    made |= build._lesson(lessons.page(lesson.path, moving_too=()), {lesson.stem: lesson.title})
    for name, content in made.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


@pytest.fixture
def held(tmp_path: Path, edition: Path) -> Iterator[Running]:
    found = Running(tmp_path / "class", "--site", str(edition))
    yield found
    found.kill()


class Window:
    """A page, with what went wrong in it and what it asked for."""

    def __init__(self, chromium: Any, address: str, **options: Any) -> None:
        self.context = chromium.new_context(**options)
        self.context.set_default_timeout(PATIENCE * 1000)
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.page = self.open(address)

    def open(self, address: str) -> Any:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("dialog", lambda dialog: self.errors.append(dialog.message))
        page.goto(address)
        return page


class Phone(Window):
    def __init__(self, chromium: Any, held: Running, name: str) -> None:
        size = {"width": 360, "height": 720}
        super().__init__(chromium, f"http://{ADDRESS}:{held.port}/#{held.code}", viewport=size)
        assert self.page.evaluate("isSecureContext") is False
        self.page.fill("#name", name)
        self.page.click("#join")
        self.page.click("#start")
        self.page.wait_for_selector('html[data-ready=""]')

    def answer(self, item: str, option: int) -> None:
        form = self.page.locator(f'form[data-item="{item}"]')
        form.locator(".dq-option input").nth(option).check()
        form.get_by_role("button", name="Check", exact=True).click()

    def said(self) -> str:
        return self.page.locator("#dialogue-class .state").inner_text()


def step(page: Any, stage: str, key: str = "n") -> None:
    """The vote one step on, by keyboard."""
    page.bring_to_front()
    page.keyboard.press(key)
    page.get_by_text(stage, exact=True).first.wait_for()


@pytest.mark.slow
def test_a_room_with_five_browsers(chromium: Any, held: Running) -> None:
    desk = Window(chromium, held.teacher, viewport={"width": 1280, "height": 900})
    teacher = desk.page
    teacher.wait_for_selector("#vote-start")
    assert held.key not in teacher.url
    wall = desk.open(f"http://127.0.0.1:{held.port}/wall")
    wall.get_by_text(held.code, exact=True).wait_for()
    assert wall.locator(".join img").evaluate("(image) => image.decode().then(() => true)")

    phones = [Phone(chromium, held, name) for name in NAMES]
    for number, phone in enumerate(phones):
        phone.answer(CHOICE, number % 2)
    teacher.bring_to_front()
    row = teacher.locator("#part-questions li").filter(has_text="size of the US force")
    row.get_by_text("5 of 5 answered").wait_for()
    assert "(" not in row.inner_text()  # the counts are shut
    row.locator("summary").first.click()
    row.get_by_text("3 (60 %)").wait_for()

    # The vote: four are in when the class is killed; the fifth, and an answer, come meanwhile.
    teacher.locator("#vote-start").click()
    for phone in phones[:4]:
        phone.page.locator("#option-1").click()
        phone.page.get_by_text("Your vote is in: B.").wait_for()
    wall.bring_to_front()
    wall.get_by_text("4 votes").wait_for()
    held.kill()
    late = phones[4]
    late.page.locator("#option-0").click()
    late.answer("05-empty-row", 0)
    wait_until(lambda: "2 answers wait on this device" in late.said(), late.said)
    held.start()
    late.page.get_by_text("Your vote is in: A.").wait_for()
    wait_until(lambda: late.said().endswith("connected"), "nothing waits any more")

    teacher.bring_to_front()
    teacher.get_by_text("5 votes, then 0").wait_for()
    step(teacher, "They talk. The first vote is hidden from the class")
    step(teacher, "Second vote is open")
    for phone in phones:
        phone.page.locator("#option-1").click()
        phone.page.get_by_text("Your vote is in: B.").wait_for()
        assert phone.page.locator("#dialogue-class .bars").count() == 0
    assert wall.locator(".line").count() == 0
    step(teacher, "Both votes are shown")
    wall.bring_to_front()
    wall.get_by_text("vote 1: 4 (80 %)").wait_for()
    step(wall, "Both votes, and the key", "ArrowRight")
    late.page.get_by_text("vote 2: 5 (100 %)").wait_for()

    # Names came as text, and nothing was lost or counted twice.
    teacher.bring_to_front()
    teacher.locator("#fold-everybody").click()
    learners = teacher.locator("#part-learners")
    learners.get_by_text("2 answered").wait_for()
    assert learners.locator("bdi.grow").all_inner_texts() == [
        *NAMES[:1],
        NAMES[1][:24],
        *NAMES[2:4],
        "Anaevil",
    ]
    assert learners.get_by_text("1 answered").count() == 4

    # Everybody comes to one place of the lesson.
    teacher.locator("#beat-4").click()
    there = phones[0].page.locator('form[data-item="05-text-or-gloss"]')
    wait_until(
        lambda: there.evaluate("(one) => one.contains(document.activeElement)"), "it is here"
    )

    code, said = held.stop()
    assert code == 0
    assert "The class is closed. 5 had joined" in said
    for phone in phones:
        wait_until(lambda phone=phone: "The class is closed" in phone.said(), "the page says so")
    for window in (desk, *phones):
        assert window.errors == []
        hosts = (f"http://{ADDRESS}:{held.port}/", f"http://127.0.0.1:{held.port}/", "data:")
        assert [url for url in window.requests if not url.startswith(hosts)] == []
        window.context.close()
