"""What to ask again and when; how far each objective is; how well certainty fits.

Everything here is pure: attempts, questions and the day of today come in, plain values go
out.  No files, no widgets, no clock.  ``panels.py`` shows the results.

Three ideas from research decide the rules.  Answering from memory, spaced out, keeps more
than answering in one go (Latimier et al. 2021: g = 0.74).  The best gap depends on how long
you want to remember: about 20 to 40 per cent of one week, 5 to 10 per cent of one year
(Cepeda et al. 2008).  Gaps that grow keep no more than even ones at the same number of
reviews (Kang et al. 2014; Latimier et al. 2021), but they cost less as time goes on, so that
the queue of a course that is over empties.  ``benchmarks/review_queue.py`` holds the rules
against the ones that they replaced and against FSRS.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from dialogue.course.catalogue import Lesson
from dialogue.learner.progress import Attempt
from dialogue.questions import (
    Forecast,
    NotANumber,
    Question,
    brier,
    chance,
)

FIRST, FIRST_UNSURE = 3, 2  # days until a question comes back for the first time
GROWTH, GROWTH_UNSURE = 2.5, 1.5  # by which a gap grows at each recall
AFTER_MISS = 0.25  # what is left of the gap when a question is missed
LONGEST = 365
MOST_A_DAY = 12
WARM_UP = 3
ENOUGH = 20  # answers; fewer say nothing about how well somebody is calibrated
ENOUGH_FORECASTS = 10  # settled ones: rarer, so that the picture comes sooner and says how unsure
FEW = 5  # answers at one level of certainty, or forecasts in one band

_LESSON = re.compile(r"(\d\d)-")


# --- which questions, which days ---------------------------------------------------------


def lesson_of(question: Question) -> str:
    """The two digits of the lesson that a question belongs to, or "" when it names none."""
    found = _LESSON.match(question.id) or _LESSON.match(question.objective)
    return found[1] if found else ""


def reviewable(question: Question) -> bool:
    """Is it ever asked again?  Not a forecast, a draft, a graded item, a vote, the trial in
    00, or what makes sense beside its cell alone."""
    fits = question.status != "draft" and question.use == "learn"
    return fits and question.marked and lesson_of(question) != "00"


def core(questions: Iterable[Question]) -> frozenset[str]:
    """The questions that come back by themselves: those marked ``core``, and every question
    of a lesson that marks none."""
    known = list(questions)
    marking = {lesson_of(question) for question in known if question.core}
    return frozenset(q.id for q in known if q.core or lesson_of(q) not in marking)


def _core_of(all_standings: Mapping[str, Standing]) -> list[Standing]:
    ids = core(one.question for one in all_standings.values())
    return [one for name, one in all_standings.items() if name in ids]


def local_day(at: str, zone: tzinfo | None = None) -> date | None:
    """The learner's day of a time in UTC (ISO 8601); None for what is not a time.

    *zone* is the learner's; without it, the one that this computer is set to.
    """
    try:
        time = datetime.fromisoformat(at)
        time = time if time.tzinfo else time.replace(tzinfo=UTC)
        return time.astimezone(zone).date()
    except (ValueError, OverflowError, OSError):
        return None


@dataclass(frozen=True, slots=True)
class Sitting:
    """One day's work on one question.

    ``first``: the first answer of the day was right; ``certainty`` (1 to 3, or None) is how
    sure the learner was of it.  ``shown``: the answer had been looked up before that first
    answer.  ``right``: the last answer of the day was right, and one was before the answer
    was looked up.  ``overconfident``: a wrong answer was given with certainty 2 or 3.
    ``answered`` is False on a day on which the answer was only looked up.
    """

    day: date
    answered: bool
    first: bool
    shown: bool
    right: bool
    certainty: int | None
    overconfident: bool

    @property
    def recalled(self) -> bool:
        """Right at once, from memory, and still right when the question was left."""
        return self.first and self.right and not self.overconfident


@dataclass(frozen=True, slots=True)
class Standing:
    """One question and all the days it was worked on, oldest first.

    ``edited``: it was answered, but only before its wording changed.  Such a question
    counts as not tried, and is due.
    """

    question: Question
    sittings: tuple[Sitting, ...]
    edited: bool = False

    @property
    def tried(self) -> bool:
        return any(sitting.answered for sitting in self.sittings)

    @property
    def right(self) -> bool:
        """Was the last attempt right, unaided?"""
        return bool(self.sittings) and self.sittings[-1].right

    @property
    def right_later(self) -> bool:
        """Was it right, unaided, a day or more after the first attempt?"""
        answered = [sitting for sitting in self.sittings if sitting.answered]
        return any(sitting.right and sitting.day > answered[0].day for sitting in answered)

    @property
    def overconfident(self) -> bool:
        """Was it wrong with certainty 2 or 3, and not recalled on a later day?"""
        for sitting in reversed(self.sittings):
            if sitting.overconfident:
                return True
            if sitting.recalled:
                return False
        return False

    def before(self, day: date) -> Standing:
        """As it stood when *day* began."""
        earlier = tuple(sitting for sitting in self.sittings if sitting.day < day)
        return Standing(self.question, earlier, self.edited)


def _sitting(day: date, tries: Sequence[Attempt]) -> Sitting | None:
    checks = [t for t in tries if t.event == "check" and t.verdict not in ("unanswered", "kept")]
    shown = next((i for i, t in enumerate(tries) if t.event == "reveal"), len(tries))
    if not checks and shown == len(tries):
        return None
    unaided = any(t.event == "check" and t.verdict == "right" for t in tries[:shown])
    return Sitting(
        day=day,
        answered=bool(checks),
        first=bool(checks) and checks[0].verdict == "right",
        shown=not checks or shown < tries.index(checks[0]),
        right=bool(checks) and unaided and checks[-1].verdict == "right",
        certainty=checks[0].confidence if checks else None,
        overconfident=any(t.verdict == "wrong" and (t.confidence or 0) >= 2 for t in checks),
    )


def _days(tries: Sequence[Attempt], today: date, zone: tzinfo | None) -> list[date]:
    """The learner's day of each attempt, in the order written.

    One without a readable time belongs to the day before it in the record.  A clock that
    ran ahead must not put an attempt into the future: it counts as of the day of the next
    attempt that has one, or as today's.
    """
    found = [local_day(t.at, zone) for t in tries]
    after = today
    for i in range(len(found) - 1, -1, -1):
        here = found[i]
        if here and here > today:
            found[i] = after
        elif here:
            after = here
    day = next((d for d in found if d), today)
    days: list[date] = []
    for d in found:
        day = max(day, d) if d and days else d or day
        days.append(day)
    return days


def standing(
    question: Question, tries: Sequence[Attempt], today: date, zone: tzinfo | None = None
) -> Standing:
    """What the attempts at one question (oldest first) amount to."""
    versions = question.versions if tries else frozenset()
    current = [t for t in tries if t.version in versions]
    by_day: dict[date, list[Attempt]] = {}
    for day, attempt in zip(_days(current, today, zone), current, strict=True):
        by_day.setdefault(day, []).append(attempt)
    found = [_sitting(day, by_day[day]) for day in by_day]
    sittings = tuple(one for one in found if one)
    edited = not sittings and any(t.event == "check" for t in tries if t.version not in versions)
    return Standing(question, sittings, edited)


def standings(
    questions: Mapping[str, Question],
    tries: Mapping[str, Sequence[Attempt]],
    today: date,
    zone: tzinfo | None = None,
) -> dict[str, Standing]:
    """The standing of every question that may be asked again.

    *tries* is what ``progress.latest`` gives: attempts at questions that have vanished from
    the bank are not in it, and those under a former id are under the present one.
    """
    return {
        name: standing(question, tries.get(name, ()), today, zone)
        for name, question in questions.items()
        if reviewable(question)
    }


# --- when a question comes back ------------------------------------------------------------


def gap(aim: int) -> float:
    """The even gap between two reviews, in days, for remembering over *aim* days.

    ``0.76 * aim ** 0.62``: our own curve through the two ranges of Cepeda et al. 2008.  One
    week gives 2.5 days (36 per cent), four weeks 6 days, a year 29 days (8 per cent).
    """
    return 0.76 * max(aim, 1) ** 0.62


def due_day(one: Standing, target: date | None, today: date) -> date | None:
    """The day on which a question should be answered again; None when it was never tried.

    A recall (right at the first attempt of the day, without looking) of a question that was
    due makes its gap grow from what it really was: 3 days, 8, 19, 47 and on, to a year.
    Right but not sure (certainty 1) moves on as well, by a smaller step.  An earlier recall
    only starts the same gap anew.  What was missed, or wrong although the learner was sure,
    comes back the next day, and goes on from a quarter of its gap.  Up to a *target*, no gap
    is longer than the even one for that day.  A question that was edited since is due now.
    """
    if not one.sittings:
        return today if one.edited else None
    first = one.sittings[0].day
    most = gap((target - first).days) if target and target >= today else LONGEST
    days, last, due = 0.0, first, first
    for sitting in one.sittings:
        if sitting.recalled:
            if sitting.day >= due:
                unsure = sitting.certainty == 1
                reached = max(days, (sitting.day - last).days) if days else 0.0
                grown = reached * (GROWTH_UNSURE if unsure else GROWTH)
                days = min(max(grown, FIRST_UNSURE if unsure else FIRST), LONGEST)
            due = sitting.day + timedelta(days=max(1, round(min(days, most))))
        else:
            days *= AFTER_MISS
            due = sitting.day + timedelta(days=1)
        last = sitting.day
    return due


def _urgency(one: Standing, due: date) -> tuple[int, date, int, str]:
    """Sorts first what comes first: wrong but sure, then missed, then longest due."""
    missed = bool(one.sittings) and not one.sittings[-1].recalled
    certainty = (one.sittings[-1].certainty if one.sittings else None) or 2
    return (0 if one.overconfident else 1 if missed else 2, due, certainty, one.question.id)


@dataclass(frozen=True, slots=True)
class Queue:
    """What is due: today's questions, and how many fall on each of the following days.

    ``done`` counts the reviews already answered today, ``waiting`` what is due but must
    wait for another day.  ``days`` begins with today; each has at most twelve.
    """

    today: tuple[Question, ...]
    done: int
    waiting: int
    days: tuple[tuple[date, int], ...]


def queue(
    all_standings: Mapping[str, Standing], today: date, target: date | None = None, ahead: int = 7
) -> Queue:
    """The review queue of one day, never more than twelve with what was answered already.

    Only core questions come by themselves, so that the queue of a diligent learner empties.
    *ahead* is the number of days that the plan covers, today included.
    """
    due: list[tuple[date, Standing]] = []
    done = 0
    for one in _core_of(all_standings):
        earlier = due_day(one.before(today), target, today)
        answered = bool(one.sittings) and one.sittings[-1].day == today
        if answered and (earlier and earlier <= today):
            done += 1
        day = due_day(one, target, today)
        # After the day of the exam nothing has to come back for it.
        if day and (target is None or target < today or day <= target):
            due.append((day, one))
    now = sorted((_urgency(one, day), one.question) for day, one in due if day <= today)
    chosen = [question for _key, question in now[: max(0, MOST_A_DAY - done)]]
    later = Counter(day for day, _one in due if day > today)
    plan, over = [(today, len(chosen))], len(now) - len(chosen)
    for n in range(1, ahead):
        day = today + timedelta(days=n)
        waiting = over + later[day]
        plan.append((day, min(waiting, MOST_A_DAY)))
        over = max(0, waiting - MOST_A_DAY)
    return Queue(tuple(chosen), done, len(now) - len(chosen), tuple(plan))


# --- warm-up ---------------------------------------------------------------------------------


def _fixed_order(questions: Iterable[Question], lesson: str) -> list[Question]:
    """Questions in an order that looks drawn by lot and is the same on every computer."""

    def key(question: Question) -> tuple[bool, str]:
        drawn = hashlib.sha256(f"{lesson} {question.id}".encode()).hexdigest()
        return question.level in ("remember", ""), drawn

    return sorted(questions, key=key)


def earlier_questions(questions: Iterable[Question], lesson: str) -> list[Question]:
    """What a warm-up of *lesson* ("05") may ask, in a fixed order."""
    fits = (q for q in questions if reviewable(q) and "00" < lesson_of(q) < lesson)
    return _fixed_order(fits, lesson)


def met(all_standings: Mapping[str, Standing]) -> frozenset[str]:
    """The lessons in which the learner has answered something."""
    return frozenset(lesson_of(one.question) for one in all_standings.values() if one.tried)


def fixed_warm_up(questions: Iterable[Question], lesson: str) -> list[Question]:
    """The warm-up of somebody without a record: three questions, or what there is.

    They come from the first, the middle and the last third of the earlier lessons, are of
    different kinds and above the level "remember" where that can be had.
    """
    pool = earlier_questions(questions, lesson)
    lessons = sorted({lesson_of(q) for q in pool})
    size = len(lessons)
    chosen: list[Question] = []
    for n in range(WARM_UP):
        third = lessons[size * n // WARM_UP : size * (n + 1) // WARM_UP]
        rest = [q for q in pool if q not in chosen]
        used, kinds = Counter(map(lesson_of, chosen)), {q.kind for q in chosen}
        group = [q for q in rest if lesson_of(q) in third and not used[lesson_of(q)]]
        # min() keeps the fixed order among equals.
        best = min(
            group or rest,
            key=lambda q, used=used, kinds=kinds: (  # type: ignore[misc]
                used[lesson_of(q)],
                q.level in ("remember", ""),
                q.kind in kinds,
            ),
            default=None,
        )
        if best:
            chosen.append(best)
    return sorted(chosen, key=lesson_of)


def warm_up_set(
    questions: Mapping[str, Question],
    all_standings: Mapping[str, Standing],
    lesson: str,
    today: date,
) -> list[Question]:
    """The three questions from earlier lessons that this learner should recall today.

    Only what was met is asked: questions of lessons in which the learner has answered
    something, and of those not answered themselves only core ones.  So somebody new gets
    none.  First what was wrong although the learner was sure, then what was missed, then what
    was right longest ago and least certainly, then the rest in a fixed order.  Each comes from another
    lesson where equally urgent ones are there, and never more than two from one lesson while
    another has any.  What was right today changes nothing, so that the same cell shows the
    same questions for the whole day.
    """
    begun, asked = met(all_standings), core(questions.values())

    def known(question: Question) -> bool:
        one = all_standings.get(question.id)
        return bool(one and one.sittings) or question.id in asked

    fixed = fixed_warm_up(questions.values(), lesson)
    pool = earlier_questions(questions.values(), lesson)
    pool = fixed + [q for q in pool if q not in fixed]
    pool = [q for q in pool if lesson_of(q) in begun and known(q)]
    place = {q.id: n for n, q in enumerate(pool)}

    def rank(question: Question) -> tuple[int, date, int, int]:
        n = place[question.id]
        one = all_standings.get(question.id)
        if not one or not one.sittings:
            return 3, date.min, 0, n
        earlier, last = one.before(today), one.sittings[-1]
        missed_today = last.day == today and not last.recalled
        if earlier.overconfident or (last.day == today and last.overconfident):
            return 0, date.min, 0, n
        if missed_today or (earlier.sittings and not earlier.sittings[-1].recalled):
            return 1, date.min, 0, n
        if not earlier.sittings:
            return 3, date.min, 0, n
        return 2, earlier.sittings[-1].day, earlier.sittings[-1].certainty or 2, n

    ranks = {q.id: rank(q) for q in pool}
    chosen: list[Question] = []
    while pool and len(chosen) < WARM_UP:
        used = Counter(map(lesson_of, chosen))
        open_to = [q for q in pool if used[lesson_of(q)] < 2] or pool
        best = min(
            open_to,
            key=lambda q, used=used: (  # type: ignore[misc]
                ranks[q.id][0],
                used[lesson_of(q)],
                ranks[q.id],
            ),
        )
        chosen.append(best)
        pool.remove(best)
    return chosen


# --- progress by objective ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Objective:
    """How far one objective is: ``state`` is "new", "begun", "shaky" or "solid".

    Its core questions count.  Solid: every one was tried, the last attempt at each was right
    (and not only after the answer was shown), and at least one was right again a day or more
    after its first attempt.  Shaky: one was missed, and has not been right since.  Begun:
    whatever else was tried.  New: not tried.
    """

    label: str
    words: str
    lesson: str
    questions: int
    tried: int
    right: int
    state: str


def objectives(all_standings: Mapping[str, Standing], lessons: Sequence[Lesson]) -> list[Objective]:
    """Every objective that has questions, in the order of the course."""
    members: dict[str, list[Standing]] = {}
    for one in _core_of(all_standings):
        if one.question.objective:
            members.setdefault(one.question.objective, []).append(one)
    words = {label: said for lesson in lessons for label, said in lesson.objectives.items()}
    found = []
    for label in sorted(members):
        own = members[label]
        tried, right = sum(one.tried for one in own), sum(one.right for one in own)
        solid = right == len(own) and any(one.right_later for one in own)
        missed = any(one.tried and not one.right for one in own)
        state = "solid" if solid else "shaky" if missed else "begun" if tried else "new"
        lesson = label.split("-")[0]
        found.append(Objective(label, words.get(label, ""), lesson, len(own), tried, right, state))
    return found


@dataclass(frozen=True, slots=True)
class Step:
    """The one thing to do next.

    ``kind`` is "due" (answer what is due), "sure" (revisit a question that was wrong though
    the learner was sure), "objective" (work on the weakest), "lesson" (begin the next),
    "rest" (nothing today, come back on ``day``) or "done" (nothing at all).
    """

    kind: str
    count: int = 0
    question: Question | None = None
    objective: Objective | None = None
    lesson: str = ""
    day: date | None = None


def next_step(
    all_standings: Mapping[str, Standing],
    lessons: Sequence[Lesson],
    today: date,
    target: date | None = None,
) -> Step:
    """The first that applies of: due questions, a wrong one that felt sure, the weakest
    objective that was begun and is not all right, the first lesson not begun."""
    now = queue(all_standings, today, target)
    if now.today:
        return Step("due", count=len(now.today))
    if mistakes := confident_mistakes(all_standings):
        question = mistakes[0].question
        return Step("sure", question=question, lesson=lesson_of(question))
    # An objective with nothing wrong only waits for another day: no work for today.
    weak = [
        o
        for o in objectives(all_standings, lessons)
        if o.state in ("begun", "shaky") and o.right < o.questions
    ]
    if weak:
        weakest = min(weak, key=lambda o: (o.right / o.questions, o.label))
        return Step("objective", objective=weakest, lesson=weakest.lesson)
    begun = {lesson_of(one.question) for one in all_standings.values() if one.sittings}
    for lesson in lessons:
        if lesson.written and lesson.number != "00" and lesson.number not in begun:
            return Step("lesson", lesson=lesson.number)
    days = [due_day(one, target, today) for one in all_standings.values()]
    coming = [day for day in days if day and day > today]
    if now.waiting:
        coming.append(today + timedelta(days=1))
    return Step("rest", day=min(coming)) if coming else Step("done")


# --- calibration ---------------------------------------------------------------------------------

# Where certainty-based marking changes sides: level 2 pays best from two thirds, level 3
# from 80 per cent (Gardner-Medwin; "Using certainty-based marking", docs.moodle.org).
FITTING = {1: (0.0, 2 / 3), 2: (2 / 3, 0.8), 3: (0.8, 1.0)}
BANDS = ((0, 20), (20, 40), (40, 60), (60, 80), (80, 100))


@dataclass(frozen=True, slots=True)
class Level:
    """The answers at one level of certainty.

    ``low`` and ``high`` are the shares of right answers between which the level pays best.
    """

    certainty: int
    answers: int
    right: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        return self.right / self.answers if self.answers else None

    @property
    def judgement(self) -> str:
        """none, few (fewer than five answers), over, under or fits."""
        if self.share is None or self.answers < FEW:
            return "few" if self.answers else "none"
        return "over" if self.share < self.low else "under" if self.share > self.high else "fits"


def certainty(
    all_standings: Mapping[str, Standing],
) -> list[Level]:
    """How often answers were right, by how sure the learner was.

    Only the first answer a day to each question counts: after it, the comments have helped.
    """
    answers: Counter[int] = Counter()
    right: Counter[int] = Counter()
    for one in all_standings.values():
        for sitting in one.sittings:
            if sitting.certainty and not sitting.shown:
                answers[sitting.certainty] += 1
                right[sitting.certainty] += sitting.first
    return [Level(n, answers[n], right[n], *FITTING[n]) for n in FITTING]


@dataclass(frozen=True, slots=True)
class Band:
    """The forecasts whose probability fell from ``low`` up to ``high`` per cent.

    ``mean`` is the mean probability, in per cent.
    """

    low: int
    high: int
    forecasts: int
    happened: int
    mean: float


@dataclass(frozen=True, slots=True)
class Forecasts:
    """The learner's settled forecasts in bands, and their mean Brier score (0 is perfect)."""

    bands: tuple[Band, ...]
    count: int
    brier: float | None


@dataclass(frozen=True, slots=True)
class Given:
    """A forecast that the learner gave: the first probability, in per cent, and what came.

    ``happened`` is None while nobody knows, and while it may not be told: then ``told_in`` is
    the lesson that tells it.
    """

    question: Forecast
    chance: float
    happened: bool | None
    told_in: str


def given_forecasts(
    questions: Mapping[str, Question], tries: Mapping[str, Sequence[Attempt]]
) -> list[Given]:
    """The learner's forecasts in the order of the bank.

    The first probability counts: later ones may know the outcome.  A forecast whose outcome
    is told in a later lesson is told once that lesson has been begun, so that nothing is
    given away.
    """
    begun = {
        lesson_of(questions[name])
        for name, own in tries.items()
        if name in questions
        # A test before the course asks about every lesson, and begins none.
        and questions[name].use != "graded"
        and any(t.event == "check" for t in own)
    }
    found: list[Given] = []
    for name, question in questions.items():
        if not isinstance(question, Forecast) or question.status == "draft":
            continue
        hidden = bool(question.opens) and question.opens not in begun
        versions = question.versions
        for t in tries.get(name, ()):
            if t.event == "check" and t.version in versions and t.verdict == "logged":
                try:
                    said = chance(t.response)
                except NotANumber:  # a line that somebody edited
                    continue
                happened = None if hidden else question.happened
                found.append(Given(question, said, happened, question.opens if hidden else ""))
                break
    return found


def forecasts(
    questions: Mapping[str, Question], tries: Mapping[str, Sequence[Attempt]]
) -> Forecasts:
    """Probabilities against what happened, for forecasts that are settled and may be told."""
    given = [
        (one.chance, one.happened)
        for one in given_forecasts(questions, tries)
        if one.happened is not None
    ]
    bands = []
    for low, high in BANDS:
        inside = [(p, h) for p, h in given if low <= p < high or p == high == 100]
        mean = sum(p for p, _h in inside) / len(inside) if inside else 0.0
        bands.append(Band(low, high, len(inside), sum(h for _p, h in inside), mean))
    scores = [brier(p / 100, h) for p, h in given]
    return Forecasts(tuple(bands), len(given), sum(scores) / len(scores) if scores else None)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A question that was wrong with certainty 2 or 3 and has not been recalled since."""

    question: Question
    day: date


def confident_mistakes(all_standings: Mapping[str, Standing]) -> list[Mistake]:
    """All of them, the latest first.  Recalled on a later day, a question leaves the list."""
    found = []
    for one in all_standings.values():
        if one.overconfident:
            day = max(sitting.day for sitting in one.sittings if sitting.overconfident)
            found.append(Mistake(one.question, day))
    return sorted(found, key=lambda m: (-m.day.toordinal(), m.question.id))
