"""The page of topics, from the topics, the rule sets and the drawn examples."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from scripts.docs import rule_keys
from scripts.docs.markdown import code, prose, quote, table
from scripts.docs.markdown import page as joined
from vsidata.plain_text import with_unit
from vsidata.topics.registry import TOPICS
from vsidata.topics.rule_set import RULE_SETS, RuleSet
from vsidata.topics.topic import Topic, margin_in_words, rules_of_type, texts

EXAMPLES = Path(__file__).with_name("examples.yaml")


def examples() -> dict[str, Any]:
    """The content of examples.yaml: the labels of the rule sets, and the example of each question type."""
    return dict(yaml.safe_load(EXAMPLES.read_text("utf-8")))


def page() -> str:
    """A section for each topic."""
    rule_sets = rule_keys.all_rule_sets()
    drawn = examples()["examples"]
    overview = (
        (f"[{topic.title}](#{name})", code(name), _answer(topic), _asked(name, rule_sets))
        for name, topic in TOPICS.items()
    )
    return joined(
        "# Topics",
        "A topic makes one kind of question. A rule set chooses the topics and states every constant. "
        f"Definitions, texts and values below are those of the default rule set, `{RULE_SETS[0]}`. "
        "For a topic that it lacks, they are those of the first rule set that has the topic. "
        "[Rule keys](rule-keys.md) lists those of all rule sets, with their sources.",
        table(("topic", "name", "answer", "asked by"), overview),
        "The examples are from synthetic rooms. `python -m scripts.docs.draw_examples` draws them with the "
        "code that draws `vsidata report` and `vsidata inspect --png`.",
        *(
            part
            for topic in TOPICS.values()
            for part in _section(topic, rule_sets[rule_keys.rule_set_of(topic.name)], rule_sets, drawn)
        ),
    )


def _section(
    topic: Topic, rules: RuleSet, rule_sets: Mapping[str, RuleSet], drawn: Mapping[str, Any]
) -> Iterator[str]:
    about, stated = rules.described[topic.name], rules.resolved["topics"][topic.name]
    yield f"## {topic.title[:1].upper()}{topic.title[1:]} {{ #{topic.name} }}"
    yield prose(about["definition"])
    yield table(("", ""), _facts(topic, rule_sets))
    for type_, text in texts(topic.name, stated).items():
        heading = "The question" if type_ == topic.name else code(type_)
        yield f"### {heading} {{ #{'question-' if type_ == topic.name else ''}{type_} }}"
        yield quote(prose(text))
        yield from _example(topic, drawn[type_], rules)
    yield f"### Rule keys {{ #keys-{topic.name} }}"
    yield table(("key", "meaning", "value", "reason"), _keys(topic.name))


def _facts(topic: Topic, rule_sets: Mapping[str, RuleSet]) -> Iterator[tuple[str, str]]:
    yield "Name", code(topic.name)
    yield "Answer", _answer(topic)
    yield "Asked by", _asked(topic.name, rule_sets)
    if topic.look_rate is not None or topic.needs_cameras:
        yield "Needs", "a video with camera poses"
    yield (
        "Margin",
        "none: a number is scored by its distance to the truth"
        if topic.margin is None
        else (
            f"in {code('evidence.margin')}, in {topic.margin.unit}"
            + (f"; at least the rule key {code(topic.margin.rule)}" if topic.margin.rule else "")
        ),
    )


def _answer(topic: Topic) -> str:
    if topic.kind == "both":
        return f"word or letter, scored by equality; or number in {topic.unit}, scored on the circle"
    if topic.kind == "word":
        return "word or letter, scored by equality"
    return f"number{f' in {topic.unit}' if topic.unit else ''}, scored by mean relative accuracy"


def _asked(name: str, rule_sets: Mapping[str, RuleSet]) -> str:
    asking = [code(one) for one, rules in rule_sets.items() if name in rules.default_topics]
    named = [
        code(one) for one, rules in rule_sets.items() if name in {*rules.topics} - {*rules.default_topics}
    ]
    return ", ".join(asking) + (f"only with `--topics`: {', '.join(named)}" if named else "")


def _example(topic: Topic, row: Mapping[str, Any], rules: RuleSet) -> Iterator[str]:
    type_, margin, about = row["question_type"], row["evidence"]["margin"], rules.described[topic.name]
    answer = f"{row['ground_truth']}. {row['answer']}" if row["options"] else row["answer"]
    lines = [f"**Example.** {prose(row['question'])}"]
    if row["options"]:
        lines.append(prose("   ".join(row["options"])))
    lines.append(f"**Answer:** {prose(with_unit(answer, row['unit']))}")
    lines.append(f"**Evidence:** {prose(topic.explain(row))}.")
    if margin is not None:
        stated = rules_of_type(type_, rules.resolved["topics"][topic.name])
        lines.append(f"**Margin:** {prose(margin_in_words(margin, about['margin'], stated))}")
    yield f"![The evidence of the example, drawn on the plan of its room](pictures/topics/{type_}.png)"
    yield "  \n".join(line.replace("\n", "  \n") for line in lines)


def _keys(topic: str) -> Iterator[tuple[str, str, str, str]]:
    for key in rule_keys.topic_keys(topic):
        if stated := key.stated.get(rule_keys.rule_set_of(topic)):
            yield (
                f"[{code(key.name)}](rule-keys.md#{key.anchor})",
                prose(key.meaning),
                stated.value,
                prose(stated.why),
            )
