"""A page that shows an author what a question became."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from dialogue.classroom import paper, standalone
from dialogue.page import templates
from dialogue.questions import Question


def preview(questions: Sequence[Question], title: str) -> Markup:
    """A page with the questions as a learner meets them, mirrored, as a key and on paper."""
    views = (
        ("learner", "As a learner", standalone.place(questions)),
        ("key", "As answer key", paper.key(questions)),
        ("mirrored", "Right to left", standalone.place(questions, direction="rtl")),
        ("paper", "On paper", paper.questions(questions)),
    )
    return templates.render(
        "classroom/preview.html",
        title=title,
        views=views,
        drafts=[question.id for question in questions if question.status == "draft"],
        quiz_style=standalone.style(),
        scripts=standalone.scripts(),
    )
