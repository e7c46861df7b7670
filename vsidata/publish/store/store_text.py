"""The text that is printed after publishing to an object store."""

from vsidata.plain_text import counted
from vsidata.publish.hub.push_text import size_in_words
from vsidata.publish.store.store import Sent


def lines_after_publish(sent: Sent) -> list[str]:
    """The result of publishing, and how to read the build."""
    done = (
        [f"{counted(len(sent.sent), 'file')} uploaded, {size_in_words(sent.bytes)}"]
        if sent.sent
        else ["nothing to upload"]
    )
    done += [f"{len(sent.same):,} already there"] if sent.same else []
    done += [f"{len(sent.deleted):,} of an earlier build deleted"] if sent.deleted else []
    return [
        f"Published: {sent.address} ({', '.join(done)}).",
        f"Next: read it with pandas.read_parquet('{sent.address}/qa').",
    ]
