"""The rules on answers that are too common. `vsidata.selection.balance` applies them."""

from vsidata.rules.constant import Count, Multiple, Rules, Share


class BalanceRules(Rules):
    """How common an answer may be. A seeded draw leaves out the questions above the limit. None: no limit.

    Attributes:
        smallest: a group with fewer questions is not changed.
        letters: how common a letter may be among the questions of a type with the same number of options, as
            a multiple of its even share.
        directions: how common a word such as `left` may be among the questions of a type, as a multiple of
            its even share.
        counts: how common one number may be among all counts.
        sizes: how common sizes that are about the same may be among those of one category.
        size_step: sizes that differ by less than this share of the size are about the same.
        types: how common a question type may be among all questions, as a multiple of its even share.
    """

    smallest: Count
    letters: Multiple | None = None
    directions: Multiple | None = None
    counts: Share | None = None
    sizes: Share | None = None
    size_step: Share | None = None
    types: Multiple | None = None
