"""What comes back and when, how far somebody is, and that a page never tells about a learner."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue import bank
from dialogue.course import catalogue, tidy
from dialogue.course.catalogue import Lesson
from dialogue.learner import progress, recall
from dialogue.learner.progress import Attempt
from dialogue.page.html import TWIN
from dialogue.page.words import STRINGS
from dialogue.questions import (
    Forecast,
    Numeric,
    Option,
    Question,
    Single,
)
from dialogue.widgets import panels, scripts
from dialogue.widgets.quiz import Notice, Quiz

TODAY = date(2020, 6, 11)
OPTIONS = (Option("a", "", True), Option("b", "no"))


def make(name: str, **kwargs: Any) -> Single:
    kwargs.setdefault("objective", f"{name[:2]}-1")
    return Single(id=name, ask=f"Ask {name}?", options=OPTIONS, **kwargs)


def tried(
    question: Question,
    day: int | date,
    verdict: str = "right",
    sure: int | None = None,
    **kwargs: Any,
) -> Attempt:
    """An attempt at noon (UTC), so many days before today (or after: negative)."""
    when = day if isinstance(day, date) else TODAY - timedelta(days=day)
    fields = {
        "event": "check",
        "version": question.version,
        "at": f"{when.isoformat()}T12:00:00+00:00",
        "verdict": verdict,
        "confidence": sure,
        **kwargs,
    }
    return Attempt(question.id, **fields)


def shown(question: Question, day: int) -> Attempt:
    return tried(question, day, "", event="reveal")


def standing(question: Question, *tries: Attempt, today: date = TODAY) -> recall.Standing:
    return recall.standing(question, tries, today, UTC)


def all_of(*attempts: Attempt, questions: list[Question]) -> dict[str, recall.Standing]:
    by_item: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        by_item.setdefault(attempt.item, []).append(attempt)
    return recall.standings({q.id: q for q in questions}, by_item, TODAY, UTC)


ONE = make("02-one")


def due(*tries: Attempt, target: date | None = None, today: date = TODAY) -> int | None:
    """In how many days the question is due."""
    day = recall.due_day(standing(ONE, *tries, today=today), target, today)
    return None if day is None else (day - today).days


# --- days ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "hours", "day"),
    [
        ("2020-06-11T22:30:00+00:00", 3, "2020-06-12"),
        ("2020-06-11T02:30:00+00:00", -5, "2020-06-10"),
        ("2020-06-11T02:30:00", 0, "2020-06-11"),
        ("2020-06-11T02:30:00+03:00", 0, "2020-06-10"),
        ("", 0, None),
        ("yesterday", 0, None),
        ("0001-01-01T00:00:00+00:00", -5, None),
    ],
)
def test_a_day_is_the_learners_own(at: str, hours: int, day: str | None) -> None:
    found = recall.local_day(at, timezone(timedelta(hours=hours)))
    assert found == (date.fromisoformat(day) if day else None)


def test_a_late_evening_in_baghdad_is_the_next_day() -> None:
    late = tried(ONE, 0, at="2020-06-10T22:00:00+00:00")
    baghdad = recall.standing(ONE, [late], TODAY, timezone(timedelta(hours=3)))
    assert baghdad.sittings[0].day == TODAY
    assert recall.standing(ONE, [late], TODAY, UTC).sittings[0].day == date(2020, 6, 10)


def test_a_clock_that_ran_ahead_counts_as_today() -> None:
    assert standing(ONE, tried(ONE, -40)).sittings[0].day == TODAY
    assert standing(ONE, tried(ONE, 3), tried(ONE, -40)).sittings[1].day == TODAY


def test_a_clock_that_was_mended_freezes_no_review() -> None:
    """The first answer bears a date of next year, the others their own: each has its day."""
    days = [s.day for s in standing(ONE, tried(ONE, -400), tried(ONE, 5), tried(ONE, 2)).sittings]
    assert days == [TODAY - timedelta(days=5), TODAY - timedelta(days=2)]
    last = (due(tried(ONE, -400), tried(ONE, 5), tried(ONE, 2)), due(tried(ONE, 5), tried(ONE, 2)))
    assert last[0] == last[1]


def test_attempts_without_a_time_are_no_error() -> None:
    assert due(tried(ONE, 0, at="")) is not None
    days = [
        s.day
        for s in standing(ONE, tried(ONE, 0, at=""), tried(ONE, 3), tried(ONE, 0, at="?")).sittings
    ]
    assert days == [TODAY - timedelta(days=3)]


# --- spacing -----------------------------------------------------------------------------------


def test_gaps_grow_to_months() -> None:
    first, gaps, tries = date(2020, 1, 1), [], []
    day = first
    for _ in range(6):
        tries.append(tried(ONE, day))
        due_then = recall.due_day(standing(ONE, *tries, today=day), None, day)
        gaps.append((due_then - day).days)
        day = due_then
    assert gaps == [3, 8, 20, 50, 125, 312]
    for _ in range(3):
        tries.append(tried(ONE, day))
        day = recall.due_day(standing(ONE, *tries, today=day), None, day)
    assert (day - local(tries[-1])).days == recall.LONGEST


def local(attempt: Attempt) -> date:
    return date.fromisoformat(attempt.at[:10])


def test_right_but_not_sure_moves_on_by_a_smaller_step() -> None:
    """It stayed at two days for ever."""
    day, gaps, tries = date(2020, 1, 1), [], []
    for _ in range(8):
        tries.append(tried(ONE, day, sure=1))
        due_then = recall.due_day(standing(ONE, *tries, today=day), None, day)
        gaps.append((due_then - day).days)
        day = due_then
    assert gaps == sorted(set(gaps))
    assert gaps[0] == 2
    assert 20 < gaps[-1] < 60


def test_who_comes_late_and_still_knows_it_is_given_the_longer_gap() -> None:
    assert due(tried(ONE, 30), tried(ONE, 0)) == 75


def test_a_miss_keeps_a_part_of_the_gap() -> None:
    long_known = [tried(ONE, n) for n in (82, 79, 71, 51)]
    assert due(*long_known, tried(ONE, 1, "wrong")) == 0
    back = due(*long_known, tried(ONE, 1, "wrong"), tried(ONE, 0))
    assert 3 < back < 50


CORE_ONLY = [make(f"{2 + n % 5:02}-q{n:02}", core=n < 20) for n in range(40)]


def test_only_core_questions_come_back_by_themselves() -> None:
    old = [tried(q, 60, "wrong", 3) for q in CORE_ONLY]
    assert all(q.core for q in recall.queue(all_of(*old, questions=CORE_ONLY), TODAY).today)
    # A lesson that marks none, such as an instructor's own, brings back all it has.
    plain = make("07-own")
    found = recall.core([*CORE_ONLY, plain])
    assert found == {q.id for q in CORE_ONLY if q.core} | {plain.id}


@pytest.mark.parametrize("miss", [0, 10, 5])
def test_the_queue_of_a_diligent_learner_empties(miss: int) -> None:
    """A lesson every third day, reviews every day, every tenth or fifth answer wrong: nothing
    waits ten days after the last lesson, and no day takes more than ten minutes."""
    core = [q for q in real() if recall.lesson_of(q)]
    assert 90 <= len(core) <= 115
    lessons = sorted({recall.lesson_of(q) for q in core})
    start, tries, asked, most, waiting = date(2020, 1, 1), {}, 0, 0, 0
    last = 3 * (len(lessons) - 1)
    for n in range(last + 60):
        day = start + timedelta(days=n)
        plan = recall.queue(recall.standings({q.id: q for q in core}, tries, day, UTC), day)
        new = [
            q for q in core if n % 3 == 0 and recall.lesson_of(q) in lessons[n // 3 : n // 3 + 1]
        ]
        most = max(most, len(plan.today))
        waiting = plan.waiting
        for question in (*plan.today, *new):
            asked += 1
            wrong = miss and asked % miss == 0
            tries.setdefault(question.id, []).append(
                tried(question, day, "wrong" if wrong else "right")
            )
        if n >= last + 10:
            assert waiting == 0, n - last
    assert most * 45 <= 10 * 60


@pytest.mark.parametrize(("aim", "low", "high"), [(7, 0.2, 0.4), (365, 0.05, 0.1)])
def test_the_gap_is_within_what_was_measured(aim: int, low: float, high: float) -> None:
    assert low <= recall.gap(aim) / aim <= high


def test_a_far_day_makes_longer_gaps_and_a_near_one_shorter() -> None:
    def third(days: int) -> int:
        target = TODAY + timedelta(days=days)
        return due(*(tried(ONE, n) for n in (9, 5, 0)), target=target)

    # Up to a day far off they may grow; the fourth gap would be 50 days.
    assert third(3) < third(14) < third(365) == third(60)
    assert due(tried(ONE, 0), target=TODAY) == 1  # never less than a day


def test_a_day_that_is_over_is_like_none() -> None:
    tries = [tried(ONE, 5), tried(ONE, 3)]
    assert due(*tries, target=TODAY - timedelta(days=1)) == due(*tries)


def test_missed_and_overconfident_come_back_tomorrow() -> None:
    assert due(tried(ONE, 0)) == 3
    assert due(tried(ONE, 0, "wrong")) == 1
    assert due(tried(ONE, 0, "partly")) == 1
    assert due(tried(ONE, 0), tried(ONE, 0, "wrong", 3)) == 1
    assert due(tried(ONE, 0), tried(ONE, 0, "wrong", 3), tried(ONE, 0)) == 1
    assert due(tried(ONE, 0, "wrong"), tried(ONE, 0)) == 1  # corrected, but not recalled
    assert due(shown(ONE, 0), tried(ONE, 0)) == 1
    assert due(shown(ONE, 0)) == 1
    # and goes on from what is left of its gap
    assert due(tried(ONE, 9), tried(ONE, 7), tried(ONE, 3, "wrong"), tried(ONE, 0)) == 8


def test_early_practice_and_guesses_win_no_longer_gap() -> None:
    assert due(tried(ONE, 3), tried(ONE, 0)) == 8
    assert due(tried(ONE, 1), tried(ONE, 0)) == 3
    assert due(tried(ONE, 0), tried(ONE, 0), tried(ONE, 0)) == 3
    assert due(tried(ONE, 3), tried(ONE, 0, sure=1)) == 4
    assert due(tried(ONE, 3), tried(ONE, 0, sure=2)) == 8


def test_hints_resets_and_empty_answers_are_no_sitting() -> None:
    others = [tried(ONE, 0, "", event=e) for e in ("hint", "reset", "something")]
    assert standing(ONE, *others, tried(ONE, 0, "unanswered")).sittings == ()
    assert due(*others) is None


def test_an_edited_question_is_not_tried_but_due() -> None:
    old = tried(ONE, 3, version="00000000")
    one = standing(ONE, old)
    assert one.edited
    assert not one.tried
    assert recall.due_day(one, None, TODAY) == TODAY
    again = standing(ONE, old, tried(ONE, 0))
    assert not again.edited
    assert again.tried


def test_a_renamed_question_keeps_its_attempts() -> None:
    new = replace(ONE, id="02-new", was=("02-one",))
    assert standing(new, tried(ONE, 3)).right


def test_what_is_never_asked_again() -> None:
    forecast = Forecast(id="02-f", ask="?", resolves="2021")
    out = [
        forecast,
        make("02-d", status="draft"),
        make("02-g", use="graded"),
        make("02-v", use="vote"),
        make("00-try"),
    ]
    found = all_of(*(tried(q, 9, "wrong") for q in out), questions=[*out, ONE])
    assert list(found) == ["02-one"]


# --- the queue -----------------------------------------------------------------------------------

MANY = [make(f"{2 + n % 5:02}-q{n:02}") for n in range(40)]


def test_wrong_but_sure_comes_first_then_missed_then_longest_due() -> None:
    a, b, c, d = MANY[:4]
    found = all_of(
        tried(a, 3), tried(b, 9), tried(c, 2, "wrong", 1), tried(d, 1, "wrong", 3), questions=MANY
    )
    assert [q.id for q in recall.queue(found, TODAY).today] == [d.id, c.id, b.id, a.id]


def test_at_most_twelve_a_day_counting_what_is_done() -> None:
    old = [tried(q, 20) for q in MANY]
    full = recall.queue(all_of(*old, questions=MANY), TODAY)
    assert (len(full.today), full.done, full.waiting) == (12, 0, 28)
    assert [n for _day, n in full.days] == [12, 12, 12, 4, 0, 0, 0]
    done = [tried(q, 0) for q in full.today[:5]]
    later = recall.queue(all_of(*old, *done, questions=MANY), TODAY)
    assert (len(later.today), later.done) == (7, 5)
    assert list(later.today) == list(full.today[5:])
    assert (
        recall.queue(all_of(*old, *(tried(q, 0) for q in MANY), questions=MANY), TODAY).today == ()
    )


def test_a_new_question_answered_today_is_no_review() -> None:
    assert recall.queue(all_of(tried(MANY[0], 0), questions=MANY), TODAY).done == 0


def test_the_plan_tells_the_next_days() -> None:
    found = all_of(tried(MANY[0], 3), tried(MANY[1], 2), tried(MANY[2], 0, "wrong"), questions=MANY)
    days = recall.queue(found, TODAY).days
    assert days[:3] == ((TODAY, 1), (TODAY + timedelta(days=1), 2), (TODAY + timedelta(days=2), 0))


def test_nothing_comes_back_after_the_exam() -> None:
    found = all_of(tried(MANY[0], 0), questions=MANY)
    target = TODAY + timedelta(days=1)
    due_then = recall.due_day(found[MANY[0].id], target, TODAY)
    assert due_then == target  # the day itself still counts
    after = all_of(tried(MANY[0], 0), questions=MANY)
    assert sum(n for _d, n in recall.queue(after, TODAY, TODAY).days) == 0


verdicts = st.sampled_from(["right", "wrong", "partly"])
attempt_lists = st.lists(
    st.tuples(
        st.integers(0, 39), st.integers(-3, 60), verdicts, st.sampled_from([None, 1, 2, 3]),
        st.sampled_from(["check", "check", "reveal", "reset"]),
    ),
    max_size=120,
)  # fmt: skip


@given(attempt_lists, st.none() | st.integers(-10, 400))
def test_a_queue_is_short_due_and_the_same_each_time(rows: list[Any], ahead: int | None) -> None:
    rows = sorted(rows, key=lambda row: -row[1])
    tries = [tried(MANY[n], day, verdict, sure, event=e) for n, day, verdict, sure, e in rows]
    target = None if ahead is None else TODAY + timedelta(days=ahead)
    found = all_of(*tries, questions=MANY)
    plan = recall.queue(found, TODAY, target)
    assert len(plan.today) + min(plan.done, 12) <= 12
    assert all(n <= 12 for _day, n in plan.days)
    assert len(set(plan.today)) == len(plan.today)
    for question in plan.today:
        assert recall.due_day(found[question.id], target, TODAY) <= TODAY
    # The order in which questions stand in the bank must not matter.
    turned = dict(reversed(found.items()))
    assert recall.queue(turned, TODAY, target) == plan


@given(attempt_lists)
def test_the_next_day_is_after_the_last_answer(rows: list[Any]) -> None:
    rows = sorted(rows, key=lambda row: -row[1])
    tries = [tried(ONE, day, verdict, sure, event=e) for _n, day, verdict, sure, e in rows]
    one = standing(ONE, *tries)
    if one.sittings:
        assert recall.due_day(one, None, TODAY) > one.sittings[-1].day


# --- warm-up ---------------------------------------------------------------------------------------

COURSE = [
    make(f"{n:02}-{kind}{i}", level=level)
    for n in range(1, 7)
    for i, (kind, level) in enumerate([("a", "remember"), ("b", "apply"), ("c", "analyse")])
]


def warm(lesson: str, *tries: Attempt, questions: list[Question] = COURSE) -> list[str]:
    found = all_of(*tries, questions=questions)
    chosen = recall.warm_up_set({q.id: q for q in questions}, found, lesson, TODAY)
    return [q.id for q in chosen]


def named(name: str) -> Question:
    return next(q for q in COURSE if q.id == name)


@pytest.mark.parametrize("lesson", ["02", "03", "04", "05", "06", "07", "12"])
def test_the_fixed_set_is_spread_and_above_remembering(lesson: str) -> None:
    chosen = recall.fixed_warm_up(COURSE, lesson)
    from_lessons = {recall.lesson_of(q) for q in chosen}
    before = [n for n in range(1, 7) if n < int(lesson)]
    assert len(from_lessons) == min(3, len(before))
    assert all(recall.lesson_of(q) < lesson for q in chosen)
    if len(before) > 1:
        assert all(q.level != "remember" for q in chosen)
    assert len({q.id for q in chosen}) == 3
    assert chosen == recall.fixed_warm_up(list(reversed(COURSE)), lesson)
    assert warm(lesson) == [], "somebody new has met none of them"


def test_different_kinds_are_preferred() -> None:
    other = [Numeric(id=f"{n:02}-n", ask="?", answer=1, level="apply") for n in range(1, 4)]
    for lesson in ("04", "05", "06"):
        kinds = Counter(q.kind for q in recall.fixed_warm_up([*COURSE[:9], *other], lesson))
        assert len(kinds) == 2


def test_another_kind_is_no_reason_to_ask_what_is_only_remembered() -> None:
    easy = [Numeric(id=f"{n:02}-n", ask="?", answer=1, level="remember") for n in range(1, 5)]
    for lesson in ("04", "05", "06"):
        chosen = recall.fixed_warm_up([*COURSE, *easy], lesson)
        assert all(q.level != "remember" for q in chosen)


def test_nothing_earlier_and_little_earlier() -> None:
    assert recall.fixed_warm_up(COURSE, "01") == []
    assert len(recall.fixed_warm_up(COURSE[:2], "05")) == 2


def test_drafts_forecasts_and_graded_questions_are_left_out() -> None:
    out = [
        make("01-d", status="draft", level="apply"),
        make("02-g", use="graded", level="apply"),
        Forecast(id="03-f", ask="?", resolves="2021", level="apply"),
        make("00-t", level="apply"),
    ]
    assert recall.fixed_warm_up(out, "05") == []


def test_wrong_but_sure_first_then_wrong_then_oldest() -> None:
    sure, wrong = named("03-a0"), named("01-b1")
    old, new = named("02-a0"), named("04-b1")
    tries = [tried(old, 30), tried(new, 5), tried(wrong, 9, "wrong"), tried(sure, 4, "wrong", 3)]
    assert warm("06", *tries) == [sure.id, wrong.id, old.id]
    less = [tried(old, 5), tried(new, 5, sure=1)]
    assert warm("06", *less)[0] == new.id


def test_never_the_lesson_just_before_alone() -> None:
    wrong = [tried(q, 5, "wrong", 3) for q in COURSE if q.id.startswith("04")]
    chosen = warm("05", *wrong)
    assert {name[:2] for name in chosen} == {"04"}, "nothing else was met"
    chosen = warm("05", *wrong, tried(named("01-b1"), 30))
    assert Counter(name[:2] for name in chosen)["04"] == 2
    everywhere = [tried(q, 5, "wrong") for q in COURSE]
    assert len({name[:2] for name in warm("05", *everywhere)}) == 3


def test_answers_of_today_do_not_change_the_set() -> None:
    before = [tried(q, 5 + n, "wrong" if n % 3 else "right") for n, q in enumerate(COURSE)]
    chosen = warm("06", *before)
    answered = [tried(named(name), 0) for name in chosen]
    assert warm("06", *before, *answered) == chosen
    # but what is missed today comes to the front, also without certainty
    missed = next(q for q in COURSE if q.id not in chosen and q.id < "06")
    mended = [tried(q, 5) for q in COURSE]
    assert warm("06", *mended, tried(missed, 0, "wrong", 3))[0] == missed.id
    assert warm("06", *mended, tried(missed, 0, "wrong"))[0] == missed.id


@given(attempt_lists, st.sampled_from(["02", "03", "05", "06", "12"]))
def test_a_warm_up_looks_back_only(rows: list[Any], lesson: str) -> None:
    tries = [
        tried(COURSE[n % len(COURSE)], day, verdict, sure, event=e)
        for n, day, verdict, sure, e in sorted(rows, key=lambda row: -row[1])
    ]
    chosen = warm(lesson, *tries)
    begun = {item[:2] for item in (t.item for t in tries if t.event == "check")}
    before = sorted(n for n in begun if n < lesson)
    assert len(set(chosen)) == (3 if before else 0)
    assert {name[:2] for name in chosen} <= set(before)
    if len(before) > 1:
        assert len({name[:2] for name in chosen}) > 1


def test_a_warm_up_asks_only_what_was_met() -> None:
    """Somebody who began with lesson 03 was asked about 01, which they had never opened."""
    chosen = warm("05", tried(named("03-a0"), 4))
    assert {name[:2] for name in chosen} == {"03"}
    marked = [replace(q, core=q.id.endswith("b1")) for q in COURSE]
    first = next(q for q in marked if q.id == "03-a0")
    assert set(warm("05", tried(first, 4), questions=marked)) == {"03-a0", "03-b1"}


# --- objectives and the next step ----------------------------------------------------------------

TWO = [make("02-p"), make("02-q"), make("03-p")]
PLAN = [
    Lesson("02-x", "Two", 45, True, {"02-1": "say it"}),
    Lesson("03-y", "Three", 45, True, {"03-1": "do it"}),
    Lesson("04-z", "Four", 45, False, {}),
]


def state(*tries: Attempt) -> str:
    return recall.objectives(all_of(*tries, questions=TWO), PLAN)[0].state


def test_solid_needs_every_question_right_and_one_a_day_later() -> None:
    p, q = TWO[:2]
    assert state() == "new"
    assert state(tried(p, 5), tried(p, 0)) == "begun"  # the other one was never tried
    assert state(tried(p, 0), tried(q, 0)) == "begun"  # all on one day
    assert state(tried(p, 1), tried(q, 0)) == "begun"  # no question twice
    assert state(tried(p, 1, "wrong")) == "shaky"
    assert state(tried(p, 1, "wrong"), tried(p, 0)) == "begun"  # put right
    assert state(tried(p, 1), tried(p, 0), tried(q, 0)) == "solid"
    assert state(tried(p, 1), tried(p, 0), tried(q, 0), tried(q, 0, "wrong")) == "shaky"
    assert state(tried(p, 1), tried(p, 0), shown(q, 0), tried(q, 0)) == "shaky"
    assert state(tried(p, 1), shown(p, 0), tried(p, 0), tried(q, 0)) == "shaky"
    assert state(tried(p, 1), tried(p, 0), tried(q, 0), shown(q, 0)) == "solid"  # shown afterwards
    assert state(tried(p, 1, "wrong"), tried(p, 0), tried(q, 0, "wrong"), tried(q, 0)) == "solid"
    assert state(shown(p, 0)) == "new"


def step(*tries: Attempt, lessons: list[Lesson] = PLAN, target: date | None = None) -> recall.Step:
    return recall.next_step(all_of(*tries, questions=TWO), lessons, TODAY, target)


def test_one_next_step_in_its_order() -> None:
    p, q, r = TWO
    wrong = tried(q, 0, "wrong")
    sure = tried(q, 0, "wrong", 2)
    assert (step(tried(p, 5), sure).kind, step(tried(p, 5), sure).count) == ("due", 1)
    found = step(tried(p, 0), sure)
    assert (found.kind, found.question, found.lesson) == ("sure", q, "02")
    found = step(tried(p, 0), wrong, tried(r, 0, "wrong"))
    assert (found.kind, found.objective.label) == ("objective", "03-1")
    # One that only waits for another day is no work for today.
    found = step(tried(p, 0), tried(q, 0))
    assert (found.kind, found.lesson) == ("lesson", "03")
    found = step(*(tried(one, 0) for one in TWO))
    assert (found.kind, found.day) == ("rest", TODAY + timedelta(days=3))
    assert step().kind == "lesson"
    assert step(lessons=PLAN[2:]).kind == "done"


# --- calibration -----------------------------------------------------------------------------------


def test_certainty_counts_first_answers_of_a_day() -> None:
    a, b, c = MANY[:3]
    found = all_of(
        *(tried(a, 3, "wrong", 3), tried(a, 3, "right", 3), tried(a, 1, "right", 2)),
        *(shown(b, 2), tried(b, 2, "right", 3), tried(c, 0, "right", 3), tried(c, 0, "wrong")),
        questions=MANY,
    )
    levels = {one.certainty: (one.answers, one.right) for one in recall.certainty(found)}
    assert levels == {1: (0, 0), 2: (1, 1), 3: (2, 1)}


@pytest.mark.parametrize(
    ("n", "answers", "right", "said"),
    [
        (3, 0, 0, "none"), (3, 4, 0, "few"), (3, 10, 7, "over"), (3, 10, 8, "fits"),
        (2, 10, 6, "over"), (2, 10, 7, "fits"), (2, 10, 9, "under"), (1, 10, 7, "under"),
        (1, 10, 0, "fits"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_level(n: int, answers: int, right: int, said: str) -> None:
    assert recall.Level(n, answers, right, *recall.FITTING[n]).judgement == said


def forecast(name: str, happened: bool | None, opens: str = "") -> Forecast:
    return Forecast(id=name, ask="?", resolves="2021", happened=happened, opens=opens)


def logged(question: Question, response: Any, day: int = 3) -> Attempt:
    return tried(question, day, "logged", response=response)


def test_forecasts_keep_their_first_probability_and_their_secrets() -> None:
    yes, no, hidden, open_ = (
        forecast("05-y", True), forecast("05-n", False), forecast("05-h", True, "11"),
        forecast("05-o", None),
    )  # fmt: skip
    eleven = make("11-a")
    questions = {q.id: q for q in (yes, no, hidden, open_, eleven)}
    tries = {
        yes.id: [logged(yes, "80"), logged(yes, "100", 1)],
        no.id: [logged(no, "100")],
        hidden.id: [logged(hidden, "10")],
        open_.id: [logged(open_, "10")],
    }
    found = recall.forecasts(questions, tries)
    assert found.count == 2
    assert found.brier == pytest.approx((0.04 + 1) / 2)
    assert [(b.forecasts, b.happened, b.mean) for b in found.bands][-1] == (2, 1, 90)
    begun = recall.forecasts(questions, {**tries, eleven.id: [tried(eleven, 0)]})
    assert begun.count == 3
    assert begun.bands[0].forecasts == 1
    broken = {yes.id: [logged(yes, ["?"])], no.id: [logged(no, "0.5")]}
    assert recall.forecasts(questions, broken).count == 0


def test_a_list_of_forecasts_gives_nothing_away(today: date) -> None:
    later = next(
        q
        for q in bank.course_bank().questions.values()
        if isinstance(q, Forecast) and q.opens and q.happened is not None
    )
    assert ask(panels.my_forecasts())["forecasts"] == []
    write(logged(later, "80"), logged(later, "99", 1))
    (told,) = ask(panels.my_forecasts())["forecasts"]
    assert (told["chance"], told["came"]) == (80, "")
    assert told["opens"]["number"] == later.opens
    write(tried(real(later.opens)[0], 0))
    (told,) = ask(panels.my_forecasts())["forecasts"]
    assert told["came"] == ("happened" if later.happened else "happened_not")
    assert told["opens"] is None


def test_a_confident_mistake_stays_until_it_is_recalled_on_a_later_day() -> None:
    wrong = tried(ONE, 5, "wrong", 2)
    assert standing(ONE, wrong).overconfident
    assert standing(ONE, wrong, tried(ONE, 5)).overconfident
    assert standing(ONE, wrong, shown(ONE, 3), tried(ONE, 3)).overconfident
    assert not standing(ONE, wrong, tried(ONE, 3)).overconfident
    assert not standing(ONE, tried(ONE, 5, "wrong", 1)).overconfident
    found = recall.confident_mistakes(
        all_of(wrong, tried(MANY[0], 2, "wrong", 3), questions=[ONE, MANY[0]])
    )
    assert [(m.question.id, (TODAY - m.day).days) for m in found] == [(MANY[0].id, 2), (ONE.id, 5)]


# --- what a page shows -------------------------------------------------------------------------------


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> date:
    monkeypatch.setattr(panels, "_today", lambda: TODAY)
    monkeypatch.setattr(recall.local_day, "__defaults__", (UTC,))
    monkeypatch.setattr(recall.standings, "__defaults__", (UTC,))
    return TODAY


def write(*attempts: Attempt) -> None:
    """A record with attempts of other days."""
    progress.path().parent.mkdir(parents=True, exist_ok=True)
    with progress.path().open("a", encoding="utf-8") as record:
        for attempt in attempts:
            fields = {name: getattr(attempt, name) for name in Attempt.__dataclass_fields__}
            record.write(json.dumps(fields) + "\n")


def real(lesson: str = "") -> list[Question]:
    """The core questions of the course, or of one lesson."""
    questions = [q for q in bank.course_bank().questions.values() if recall.reviewable(q)]
    core = recall.core(questions)
    return [q for q in questions if q.id in core and recall.lesson_of(q).startswith(lesson)]


def bundle(shown: Any) -> dict[str, str]:
    return shown._repr_mimebundle_()[0]


def everything() -> list[Any]:
    return [
        panels.warm_up("05"),
        panels.review(),
        panels.my_progress(),
        panels.my_calibration(),
        panels.my_forecasts(),
    ]


def test_the_reading_copy_never_depends_on_the_record(today: date) -> None:
    def twins() -> list[tuple[str, str]]:
        return [(bundle(one)["text/html"], bundle(one)["text/plain"]) for one in everything()]

    empty = twins()
    write(*(tried(q, n % 30, "wrong", 3) for n, q in enumerate(real())))
    assert panels.review().questions
    assert twins() == empty
    write(*(tried(q, n % 5) for n, q in enumerate(real())))
    assert twins() == empty
    assert all(html.startswith(TWIN) for html, _plain in empty)
    for question in real():
        assert all(question.id not in plain for _html, plain in empty[1:])


def test_what_cite_lists_does_not_depend_on_the_record(
    today: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dialogue.course import cited

    def used() -> list[str]:
        monkeypatch.setattr(cited, "_used", {})
        for _ in everything():
            pass
        return sorted(cited._used)

    empty = used()
    assert empty
    write(*(tried(q, 9, "wrong", 3) for q in real()[::2]))
    assert used() == empty


def test_panels_keep_nothing_about_the_learner_in_the_widget(today: date) -> None:
    write(*(tried(q, 5, "wrong", 3) for q in real()))
    for panel in (panels.my_progress(), panels.my_calibration(), panels.my_forecasts()):
        before = json.dumps(panel.get_state(["content", "state"]))
        sent = ask(panel)
        assert sent["event"] == "shown"
        assert json.dumps(panel.get_state(["content", "state"])) == before
        assert panel.state == {}


def ask(panel: Any, **message: Any) -> dict[str, Any]:
    """What the panel tells its view."""
    sent: list[dict[str, Any]] = []
    panel.send = lambda content, buffers=None: sent.append(content)
    panel._handle_custom_msg(message or {"event": "show"}, [])
    return sent[-1] if sent else {}


def test_an_odd_message_is_passed_over(today: date) -> None:
    assert ask(panels.my_progress(), event="erase") == {}
    panels.my_progress()._handle_custom_msg("show", [])


def test_an_empty_record_is_no_error(today: date) -> None:
    due_now = panels.review()
    assert due_now.questions == {}
    assert due_now.content["plan"]["days"][0] == ["2020-06-11", 0]
    assert ask(panels.my_progress())["step"]["kind"] == "lesson"
    data = ask(panels.my_calibration())
    assert data["mistakes"] == []
    assert sum(level["answers"] for level in data["levels"]) == 0


def test_a_panel_is_read_anew_each_time_it_asks(today: date) -> None:
    panel = panels.my_calibration()
    assert ask(panel)["mistakes"] == []
    question = real()[0]
    write(tried(question, 2, "wrong", 3))
    (mistake,) = ask(panel)["mistakes"]
    assert mistake["lesson"]["number"] == recall.lesson_of(question)


def test_what_has_vanished_or_changed_is_no_error(today: date) -> None:
    gone = make("02-gone")
    changed = real("05")[0]
    write(tried(gone, 5, "wrong", 3), tried(changed, 5, "wrong", 3, version="00000000"))
    assert list(panels.review().questions) == [changed.id]
    assert ask(panels.my_calibration())["mistakes"] == []
    assert all(
        one["tried"] == 0
        for lesson in ask(panels.my_progress())["lessons"]
        for one in lesson["objectives"]
    )


def test_a_warm_up_stands_back_for_somebody_new(today: date) -> None:
    shown_now = panels.warm_up("05")
    assert isinstance(shown_now, Quiz)
    assert shown_now.content["panel"] == "warm_up"
    assert shown_now.questions == {}
    assert len(bundle(shown_now)["text/plain"]) > 500, "the reading copy shows everybody three"
    write(tried(real("01")[0], 3))
    assert panels.warm_up("05").content["panel"] == "quiz"


def test_a_review_draws_the_order_of_options_anew_each_day(
    today: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    single = [q for q in real("01") if isinstance(q, Single) and q.shuffle]
    write(*(tried(q, 30, "wrong") for q in single))

    def orders() -> list[list[int]]:
        return [one["places"] for one in panels.review().content["items"]]

    first = orders()
    assert first
    assert all(sorted(order) == list(range(len(order))) for order in first)
    assert orders() == first, "the same all day"
    monkeypatch.setattr(panels, "_today", lambda: TODAY + timedelta(days=1))
    assert orders() != first


def test_a_warm_up_starts_empty_and_keeps_the_answers_of_today(today: date) -> None:
    write(tried(real("01")[0], 9))
    first = panels.warm_up("05")
    name = next(iter(first.questions))
    question = first.questions[name]
    write(tried(question, 3, "wrong", response=1), shown(question, 3))
    assert name in panels.warm_up("05").questions
    assert name not in panels.warm_up("05").state
    write(tried(question, 0, "wrong", response=1))
    again = panels.warm_up("05").state[name]
    assert (again["tries"], again["revealed"]) == (1, False)


@pytest.mark.parametrize("lesson", ["05", 5, "5", " 05 ", "05-round-one"])
def test_a_lesson_is_named_in_several_ways(lesson: Any, today: date) -> None:
    assert isinstance(panels.warm_up(lesson), Quiz)
    assert list(panels.warm_up(lesson).questions) == list(panels.warm_up("05").questions)


@pytest.mark.parametrize("lesson", ["00", "01", 0, 1, "99", "", None, True, 5.0, [], "<b>"])
def test_nothing_earlier_or_no_such_lesson_is_one_plain_sentence(lesson: Any, today: date) -> None:
    shown = panels.warm_up(lesson)
    assert isinstance(shown, Notice)
    assert "\n" not in repr(shown)
    assert "<b>" not in shown._repr_html_()


@pytest.mark.parametrize("target", ["20.12.2026", "soon", 5, "2026-02-30"])
def test_a_day_that_cannot_be_read_is_one_plain_sentence(target: Any, today: date) -> None:
    for shown in (panels.review(target), panels.my_progress(target)):
        assert isinstance(shown, Notice)
        assert "2026-12-20" in repr(shown)


@pytest.mark.parametrize(
    ("target", "aim"),
    [
        (None, "aim_default"), ("", "aim_default"), ("2020-06-11", "aim_day"),
        (date(2020, 6, 10), "aim_over"), (datetime(2026, 12, 20, 9), "aim_day"),
        ("9999-12-31", "aim_day"),
    ],
)  # fmt: skip
def test_the_page_says_what_the_gaps_are_set_for(target: Any, aim: str, today: date) -> None:
    write(tried(real()[0], 3))
    assert panels.review(target).content["plan"]["aim"] == aim
    assert aim in STRINGS


@pytest.mark.parametrize("count", [5_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_a_huge_record(today: date, count: int) -> None:
    questions = real()
    write(
        *(
            tried(
                questions[n % len(questions)],
                400 - 400 * n // count,
                ("right", "wrong")[n % 3 == 0],
                1 + n % 3,
            )
            for n in range(count)
        )
    )
    assert len(panels.review().questions) == 12
    levels = ask(panels.my_calibration())["levels"]
    assert sum(level["answers"] for level in levels) > count / 100


def test_a_calendar_of_numbers_only(today: date, tmp_path: Path) -> None:
    file = tmp_path / "review.ics"
    assert "Nothing is due" in repr(panels.review_calendar(file))
    assert not file.exists()
    write(tried(real()[0], 3), tried(real()[1], 0, "wrong"))
    assert "2 days" in repr(panels.review_calendar(file))
    lines = file.read_bytes().decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    starts = [line for line in lines if line.startswith("DTSTART")]
    assert starts == ["DTSTART;VALUE=DATE:20200611", "DTSTART;VALUE=DATE:20200612"]
    assert "SUMMARY:Review: 1 question due" in lines
    assert real()[0].id not in file.read_text(encoding="utf-8")
    before = file.read_bytes()
    assert "exists already" in repr(panels.review_calendar(file))
    assert file.read_bytes() == before


# --- the page itself -----------------------------------------------------------------------------------


def test_the_review_page_holds_the_reading_copy_and_nothing_else() -> None:
    path = catalogue.root() / "notebooks" / "review.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    shown = [o["data"] for c in notebook["cells"] for o in c.get("outputs", [])]
    assert len(shown) == 3
    assert all(tidy.is_twin(data) and set(data) == {"text/html", "text/plain"} for data in shown)
    assert "widgets" not in notebook["metadata"]


def test_the_names_of_the_package_are_functions() -> None:
    import dialogue

    for name in (
        "warm_up",
        "review",
        "my_progress",
        "my_calibration",
        "my_forecasts",
        "review_calendar",
    ):
        assert callable(getattr(dialogue, name)), name


def test_every_word_of_the_script_is_in_the_table() -> None:
    import re

    part = "".join(
        file.read_text(encoding="utf-8") for file in (scripts.STATIC / "panels").glob("*.js")
    )
    # What follows a colon or a comma inside say(…) and fill(…), as a plain text.
    keys = set(re.findall(r'(?:say|fill)\(strings, "(\w+)"', part)) | set(
        re.findall(r'"(col_\w+)"', part)
    )
    assert len(keys) > 30
    assert keys <= set(STRINGS)
    for family in ("step", "judged", "state"):
        assert f"`{family}_${{" in part
    kinds = ("due", "sure", "objective", "lesson", "rest", "done")
    assert {f"step_{kind}" for kind in kinds} <= set(STRINGS)
    assert {f"judged_{one}" for one in ("few", "over", "under", "fits")} <= set(STRINGS)


def test_what_belongs_to_a_cell_is_asked_beside_it_alone() -> None:
    """A question about "the Tweak cell" makes no sense in a warm-up a week later."""
    known = bank.course_bank().questions
    lanes = [q for q in known.values() if q.use == "lane"]
    assert len(lanes) >= 30
    assert not [q.id for q in lanes if recall.reviewable(q)]
    told = re.compile(r"Tweak cell|Write cell|In the picture|slider of", re.I)
    assert not [q.id for q in known.values() if told.search(q.ask) and recall.reviewable(q)]
