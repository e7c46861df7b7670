"""The evidence for a question's answer in words, for any topic."""

from vsidata.topics.registry import known_topics
from vsidata.topics.topic import Row, Topic, objects_in_words


def explain(row: Row, topic: Topic | None = None) -> str:
    """The evidence for the answer: `sink (object 12) to stove (object 7): boxes 1.52 m apart`.

    For an unknown topic, the text contains only the objects and the value.

    Args:
        row: a row of the table of questions.
        topic: its topic, if the caller has it; None for the known topic of that name.
    """
    topic = topic or known_topics().get(row["topic"])
    if topic is not None:
        return topic.explain(row)
    return f"{', '.join(objects_in_words(row)) or 'the room'}: {row['evidence']['value']:.3f}"
