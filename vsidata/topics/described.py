"""What the readers of a build know of its topics: what it says of them itself, so that it needs no file."""

from collections.abc import Mapping
from typing import Any

from vsidata.topics.registry import known_topics


def described(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """Topic → what `vsidata.topics.topic.Topic.described` says of it.

    Builds of the first release say nothing: there the topics that are known here do, and another is left out.
    """
    if "topics" in manifest:
        stated: Mapping[str, Any] = manifest["topics"]
        return stated
    rules = manifest["rules"]["resolved"]
    known = known_topics()
    return {
        name: known[name].described(own, rules["measurement"])
        for name, own in rules["topics"].items()
        if name in known
    }
