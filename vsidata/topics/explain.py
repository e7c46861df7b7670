"""Why a question's answer is what it is, in words, whichever topic asked it."""

from vsidata.topics.registry import known_topics
from vsidata.topics.topic import Row, Topic, objects_in_words


def explain(row: Row, topic: Topic | None = None) -> str:
    """Why the answer is what it is: `sink (object 12) to stove (object 7): boxes 1.52 m apart`.

    For a topic that is not known here: the objects and the value.

    Args:
        row: of the table of questions.
        topic: that asked it, where the caller has it; None for the one of that name.
    """
    topic = topic or known_topics().get(row["topic"])
    if topic is not None:
        return topic.explain(row)
    return f"{', '.join(objects_in_words(row)) or 'the room'}: {row['evidence']['value']:.3f}"
