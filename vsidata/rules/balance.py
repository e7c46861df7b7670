"""What a rule set says on answers that give themselves away. `vsidata.selection.balance` acts on it."""

from vsidata.rules.constant import Count, Multiple, Rules, Share


class BalanceRules(Rules):
    """How common an answer may be; questions beyond that are left out by a seeded draw. None leaves all.

    Attributes:
        smallest: a group of fewer questions is left as it is.
        letters: most of a letter, among the questions of a type with as many options: times its even share.
        directions: likewise of a word like `left`, among the questions of a type.
        counts: most of one number among all counts: share.
        sizes: most of sizes that are about the same, among those of one category: share.
        size_step: how far apart sizes are about the same: share of the size.
        types: most of a question type among all questions: times its even share.
    """

    smallest: Count
    letters: Multiple | None = None
    directions: Multiple | None = None
    counts: Share | None = None
    sizes: Share | None = None
    size_step: Share | None = None
    types: Multiple | None = None
