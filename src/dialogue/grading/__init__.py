"""What a class handed in: one file a learner, merged, looked at and passed on.

:mod:`~dialogue.results.handin` is the file of a learner, :mod:`~dialogue.results.merge` makes a
class of many, :mod:`~dialogue.results.analysis` computes, :mod:`~dialogue.results.gradebook` and
:mod:`~dialogue.results.report` write what a teacher opens.
"""
