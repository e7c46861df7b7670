"""Why a question's answer is what it is, in words, whichever topic asked it."""

from vsidata.topics.registry import TOPICS
from vsidata.topics.topic import Row, named


def explain(row: Row) -> str:
    """Why the answer is what it is: `sink (object 12) to stove (object 7): boxes 1.52 m apart`.

    For a topic that is not known here: the objects and the value.
    """
    topic = TOPICS.get(row["topic"])
    if topic is not None:
        return topic.explain(row)
    return f"{', '.join(named(row)) or 'the room'}: {row['evidence']['value']:.3f}"
