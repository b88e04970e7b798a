"""The kinds of question, and how a response is graded.

Everything here is pure: no widgets, no clock, and no file but the digests of the article's
paragraphs.  ``quiz.js`` grades by the same rules where no kernel is there;
``tests/grading-vectors.json`` holds the two together.

``model`` is what all kinds share, ``kinds/`` one module a kind, ``typed`` how what people type is
read, ``named`` how what their code computes is read, ``shape`` the fields of a bank, and
``reading`` what a kind asks of the bank's reader.
"""

from __future__ import annotations

from dialogue.questions.choice import Choice as Choice
from dialogue.questions.choice import Option as Option
from dialogue.questions.kinds import found
from dialogue.questions.kinds.classify import Classify as Classify
from dialogue.questions.kinds.classify import Statement as Statement
from dialogue.questions.kinds.cloze import Cloze as Cloze
from dialogue.questions.kinds.cloze import Gap as Gap
from dialogue.questions.kinds.essay import Criterion as Criterion
from dialogue.questions.kinds.essay import Essay as Essay
from dialogue.questions.kinds.essay import Model as Model
from dialogue.questions.kinds.evidence import Evidence as Evidence
from dialogue.questions.kinds.forecast import Band as Band
from dialogue.questions.kinds.forecast import Forecast as Forecast
from dialogue.questions.kinds.forecast import Reference as Reference
from dialogue.questions.kinds.match import Extra as Extra
from dialogue.questions.kinds.match import Match as Match
from dialogue.questions.kinds.match import Pair as Pair
from dialogue.questions.kinds.multiple import Multiple as Multiple
from dialogue.questions.kinds.numeric import Near as Near
from dialogue.questions.kinds.numeric import Numeric as Numeric
from dialogue.questions.kinds.order import Event as Event
from dialogue.questions.kinds.order import Mistake as Mistake
from dialogue.questions.kinds.order import Order as Order
from dialogue.questions.kinds.short import Short as Short
from dialogue.questions.kinds.short import Slip as Slip
from dialogue.questions.kinds.single import Single as Single
from dialogue.questions.model import Comment as Comment
from dialogue.questions.model import Outcome as Outcome
from dialogue.questions.model import Part as Part
from dialogue.questions.model import Question as Question
from dialogue.questions.model import Verdict as Verdict
from dialogue.questions.model import certainty_mark as certainty_mark
from dialogue.questions.model import grade as grade
from dialogue.questions.model import letter as letter
from dialogue.questions.model import parts as parts
from dialogue.questions.model import remarks as remarks
from dialogue.questions.typed import NotANumber as NotANumber
from dialogue.questions.typed import brier as brier
from dialogue.questions.typed import chance as chance
from dialogue.questions.typed import edits as edits
from dialogue.questions.typed import fold as fold
from dialogue.questions.typed import number as number
from dialogue.questions.typed import within as within

KINDS: dict[str, type[Question]] = found()
