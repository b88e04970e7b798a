"""Item statistics of the classical kind.  Pure: arrays in, arrays out.

``scores`` is everywhere an array of learners (rows) by items (columns): a share from 0 to 1,
and NaN where a learner gave no answer.  Learners may have answered different items, so a
learner is ranked by the mean of the *other* items that they answered: an item must not
help to predict itself.

Sources: difficulty, the upper and lower 27 per cent and the corrected point-biserial are
described in Crocker and Algina, "Introduction to Classical and Modern Test Theory" (1986),
and Kelley, "The selection of upper and lower groups for the validation of test items",
Journal of Educational Psychology 30 (1939).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np

UPPER_AND_LOWER = 0.27
FEWEST = 30  # fewer answers say too little about an item


def difficulty(scores: np.ndarray) -> np.ndarray:
    """The mean score of each item, from 0 (nobody) to 1 (everybody); NaN without answers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a column of NaN only
        return np.nanmean(scores, axis=0)


def rest(scores: np.ndarray, item: int) -> np.ndarray:
    """For each learner the mean over the items answered other than *item*; NaN if none."""
    return _rest(np.nansum(scores, axis=1), np.sum(~np.isnan(scores), axis=1), scores[:, item])


def _rest(total: np.ndarray, count: np.ndarray, column: np.ndarray) -> np.ndarray:
    answered = ~np.isnan(column)
    others = count - answered
    rest = np.full(len(column), np.nan)
    np.divide(total - np.where(answered, column, 0.0), others, out=rest, where=others > 0)
    return rest


def point_biserial(scores: np.ndarray) -> np.ndarray:
    """The correlation of each item with the rest of the answers (item-rest), from -1 to 1.

    For items scored 0 or 1 this is the corrected point-biserial; with partial scores it is
    Pearson's correlation.  NaN where all scored alike or fewer than three learners can be
    compared.
    """
    return _each(scores, _correlation)


def discrimination(scores: np.ndarray, share: float = UPPER_AND_LOWER) -> np.ndarray:
    """Mean score of the best *share* of learners minus that of the weakest, from -1 to 1.

    Learners who tie at the edge of a group count in part, so that their order in the file
    changes nothing.
    """

    def one(column: np.ndarray, ability: np.ndarray) -> float:
        size = share * len(column)
        upper, lower = _weights(-ability, size), _weights(ability, size)
        return float((column @ upper - column @ lower) / size)

    return _each(scores, one)


def _each(scores: np.ndarray, statistic: Callable[[np.ndarray, np.ndarray], float]) -> np.ndarray:
    total, count = np.nansum(scores, axis=1), np.sum(~np.isnan(scores), axis=1)
    found = np.full(scores.shape[1], np.nan)
    for item in range(scores.shape[1]):
        column = scores[:, item]
        ability = _rest(total, count, column)
        both = ~np.isnan(column) & ~np.isnan(ability)
        if both.sum() >= 3:
            found[item] = statistic(column[both], ability[both])
    return found


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    a, b = one - one.mean(), other - other.mean()
    # What is left of equal numbers after rounding is no spread.
    if a.std() < 1e-9 or b.std() < 1e-9:
        return float("nan")
    return float((a @ b) / np.sqrt((a @ a) * (b @ b)))


def _weights(order: np.ndarray, size: float) -> np.ndarray:
    """How much of each learner is among the first *size* by *order*, ties sharing alike."""
    edge = np.sort(order)[min(int(np.ceil(size)), len(order)) - 1]
    weights = (order < edge).astype(float)
    tied = order == edge
    weights[tied] = (size - weights.sum()) / tied.sum()
    return weights
