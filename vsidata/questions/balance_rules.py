"""What a rule set says on answers that give themselves away. `vsidata.curation.balance` acts on it."""

from vsidata.constant import Constant, Rules


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

    smallest: Constant
    letters: Constant | None = None
    directions: Constant | None = None
    counts: Constant | None = None
    sizes: Constant | None = None
    size_step: Constant | None = None
    types: Constant | None = None
