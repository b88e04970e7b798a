"""What a class handed in: one file a learner, merged, looked at and passed on.

:mod:`~dialogue.learner.handin` is the file of a learner, :mod:`~dialogue.grading.merge` makes a
class of many, :mod:`~dialogue.grading.analysis` computes, :mod:`~dialogue.grading.gradebook` and
:mod:`~dialogue.grading.report` write what a teacher opens.
"""
