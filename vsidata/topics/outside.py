"""Topics from outside this package: those of other installed packages, and those in a user's file.

Both kinds run foreign code. So a file is read only if the user passes it.
"""

import hashlib
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from vsidata.errors import OptionError, VsiError
from vsidata.topics.topic import Topic

ENTRY_POINTS = "vsidata.topics"
"""The group of entry points: `NAME = "PACKAGE.MODULE:TOPIC"`."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,79}")


def installed_topics() -> dict[str, Topic]:
    """The topics of other packages, by name.

    Raises:
        VsiError: one of them cannot be loaded, or is not a topic.
    """
    found: dict[str, Topic] = {}
    for point in entry_points(group=ENTRY_POINTS):
        topic = _loaded(point)
        if topic.name in found:
            fault = f"is a second topic with the name `{topic.name}`."
            raise VsiError(point.value, fault, "Uninstall one of the packages.")
        found[topic.name] = topic
    return found


def _loaded(point: EntryPoint) -> Topic:
    package = point.dist.name if point.dist else point.module
    origin = {"package": package, "version": point.dist.version if point.dist else ""}
    try:
        return _checked(point.value, point.load(), origin)
    except VsiError:
        raise
    except Exception as error:
        fault = f"cannot be loaded: {type(error).__name__}: {' '.join(str(error).split())}."
        raise VsiError(point.value, fault, f"Fix or uninstall the package {package}.") from error


def digest_of(path: Path) -> str:
    """SHA-256 of a file with a topic.

    Raises:
        OptionError: the file cannot be read.
    """
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        fault = f"cannot be read: {error.strerror or error}."
        raise OptionError(path, fault, "Pass a readable .py file with --topic-file.") from error


def topic_from_file(path: Path, digest: str) -> Topic:
    """The topic in a file: its `TOPIC`. The file is run once per process and content.

    Args:
        path: the file.
        digest: the digest of the expected content.

    Raises:
        OptionError: the file cannot be read or run, has changed, or contains no topic.
    """
    if digest_of(path) != digest:
        raise OptionError(path, "has changed since the command began.", "Run the same command again.")
    name = f"vsidata_topic_file_{digest[:16]}"
    if name not in sys.modules:
        _run(path, name)
    origin = {"file": path.name, "sha256": digest}
    return _checked(path, getattr(sys.modules[name], "TOPIC", None), origin)


def _run(path: Path, name: str) -> None:
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise OptionError(path, "is not a Python file.", "Pass a .py file with --topic-file.")
    # The module is registered before it runs, because its own classes refer to it.
    module = sys.modules[name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        fault = f"cannot be run: {type(error).__name__}: {' '.join(str(error).split())}."
        raise OptionError(path, fault, "Fix the file.") from error


def _checked(where: str | Path, topic: Any, origin: Mapping[str, str]) -> Topic:
    if not isinstance(topic, Topic):
        fault = "contains no topic: its TOPIC is not a `vsidata.topics.topic.Topic`."
        raise OptionError(where, fault, "End the file with TOPIC = Topic(name=…, …).")
    if not _NAME.fullmatch(topic.name):
        fault = f"has a topic with the name {topic.name!r:.100}."
        raise OptionError(where, fault, "Use a name of lower-case letters, digits and underscores.")
    return replace(topic, origin=origin)
