"""The description of a build's topics, from its manifest, so that no topic file is needed."""

from collections.abc import Mapping
from typing import Any, Protocol

from vsidata.topics.registry import known_topics


class _Rules(Protocol):
    @property
    def resolved(self) -> Mapping[str, Any]: ...


class Describing(Protocol):
    """The part of a manifest (`vsidata.dataset.manifest_form.Manifest`) that is read here."""

    @property
    def topics(self) -> Mapping[str, Any] | None: ...  # noqa: D102
    @property
    def rules(self) -> _Rules: ...  # noqa: D102


def described(manifest: Describing) -> Mapping[str, Any]:
    """The description of each topic, as `vsidata.topics.topic.Topic.described` returns it.

    Builds of the first release have no descriptions. For them, the result contains only known topics.
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
