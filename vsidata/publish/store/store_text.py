"""What is said of a build that went to an object store."""

from vsidata.publish.hub.push_text import size_in_words
from vsidata.publish.store.store import Sent


def lines_after_publish(sent: Sent) -> list[str]:
    """What is there now, what that took, and how to read it."""
    done = (
        [f"{len(sent.sent):,} files sent, {size_in_words(sent.bytes)}"] if sent.sent else ["nothing to send"]
    )
    done += [f"{len(sent.same):,} there already"] if sent.same else []
    done += [f"{len(sent.deleted):,} of an earlier build deleted"] if sent.deleted else []
    return [
        f"Published: {sent.address} ({', '.join(done)}).",
        f"Next: pandas.read_parquet('{sent.address}/qa') reads it.",
    ]
