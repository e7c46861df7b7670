"""The rules on answers that are too common. `vsidata.selection.balance` applies them."""

from pydantic import Field

from vsidata.rules.constant import Count, Multiple, Rules, Share


class BalanceRules(Rules):
    """Limits on how common an answer may be. A limit of None does not apply.

    A seeded draw leaves out the questions above a limit.

    Attributes:
        smallest: the least number of questions in a group. Smaller groups are not changed.
        letters: the limit for a letter among the questions of a type with the same number of options, as a
            multiple of its even share.
        directions: the limit for a word such as `left` among the questions of a type, as a multiple of its
            even share.
        counts: the limit for one number among all counts.
        sizes: the limit for sizes that are about the same among the sizes of one category.
        size_step: sizes that differ by less than this share of the size are about the same.
        types: the limit for a question type among all questions, as a multiple of its even share.
        topics: the limit for a topic among all questions, as a share. Within each of its question types, all
            answers are thinned by the same share.
    """

    smallest: Count
    letters: Multiple | None = None
    directions: Multiple | None = None
    counts: Share | None = None
    sizes: Share | None = None
    size_step: Share | None = None
    types: Multiple | None = None
    topics: Share | None = Field(None, exclude_if=lambda limit: limit is None)  # not in older rule sets
