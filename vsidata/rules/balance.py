"""What a rule set says on answers that give themselves away. `vsidata.selection.balance` acts on it."""

from vsidata.rules.constant import Count, Multiple, Rules, Share


class BalanceRules(Rules):
    """How common an answer may be; questions beyond that are left out by a seeded draw. None leaves all.

    Attributes:
        smallest: a group of fewer questions is left as it is.
        letters: how common a letter may be among the questions of a type with as many options, as a multiple
            of its even share.
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
