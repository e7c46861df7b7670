"""The answer is read between tags, and replies that cheat about the format earn nothing."""

import pytest

from vsitrain.answers import final_answer, in_format, tagged_answer

TAGS = ("think", "answer")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<think>far</think><answer>3 m</answer>", "3 m"),
        ("<answer>\n3\n</answer> Thanks", "\n3\n"),
        ("<answer></answer>", ""),
        ("3 m", "3 m"),
        ("<answer>3", "<answer>3"),
        ("3</answer>", "3</answer>"),
        ("<answer>3</answer><answer>4</answer>", "<answer>3</answer><answer>4</answer>"),
        ("</answer>3<answer>", "</answer>3<answer>"),
        ("", ""),
    ],
)
def test_the_answer_is_the_text_of_a_single_tag_or_else_the_whole_reply(text: str, answer: str) -> None:
    assert final_answer(text) == answer
    assert tagged_answer(text) == (None if answer == text else answer)


@pytest.mark.parametrize(
    "text",
    [
        "<think>It is far.</think><answer>3</answer>",
        "<think>It is far.</think>\n<answer>3</answer>\n",
        "  <think>\nIt is\nfar.\n</think>\n\n<answer>\nB\n</answer>",
        "<think>a < b and x > y</think><answer>3</answer>",
    ],
)
def test_a_reply_with_each_tag_once_is_in_format(text: str) -> None:
    assert in_format(text, TAGS)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        "<think></think><answer>3</answer>",  # the paper's models cheated like this
        "<think> \n </think><answer>3</answer>",
        "<think>...</think><answer>3</answer>",
        "<think>far</think><answer></answer>",
        "<think>far</think><answer>3</answer><answer>4</answer>",
        "<think>far</think><think>farther</think><answer>3</answer>",  # and like this
        "<think>far</think><answer>3</answer><think>far</think><answer>3</answer>",
        "<think>far</think><answer>3</answer><think></think>",
        "<answer>3</answer><think>far</think>",
        "<think>far<answer>3</answer></think>",
        "<think>far<answer></think>3</answer>",
        "<think>far</think>",
        "<answer>3</answer>",
        "<think>far<answer>3</answer>",
        "<think>far</think><answer>3",
        "<think>far</think><answer>3</answer> And so on.",
        "Sure! <think>far</think><answer>3</answer>",
        "<think>far</think> hence <answer>3</answer>",
        "<think>far</think><Answer>4</Answer><answer>3</answer>",
        "<think>far</think>< answer >4</ answer ><answer>3</answer>",
        "<THINK>far</THINK><ANSWER>3</ANSWER>",
        "<observe>far</observe><answer>3</answer>",
    ],
)
def test_any_other_reply_is_not_in_format(text: str) -> None:
    assert not in_format(text, TAGS)
