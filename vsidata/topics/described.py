"""What the readers of a build know of its topics: what it says of them itself, so that it needs no file."""

from collections.abc import Mapping
from typing import Any, Protocol

from vsidata.topics.registry import known_topics


class _Rules(Protocol):
    @property
    def resolved(self) -> Mapping[str, Any]: ...


class Describing(Protocol):
    """A manifest, `vsidata.dataset.manifest_form.Manifest`, as far as it is read here."""

    @property
    def topics(self) -> Mapping[str, Any] | None: ...  # noqa: D102
    @property
    def rules(self) -> _Rules: ...  # noqa: D102


def described(manifest: Describing) -> Mapping[str, Any]:
    """Topic → what `vsidata.topics.topic.Topic.described` says of it.

    Builds of the first release say nothing: there the topics that are known here do, and another is left out.
    """
    if manifest.topics is not None:
        return manifest.topics
    rules = manifest.rules.resolved
    known = known_topics()
    return {
        name: known[name].described(own, rules["measurement"])
        for name, own in rules["topics"].items()
        if name in known
    }
