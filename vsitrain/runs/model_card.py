"""The model card of a trained model. It is the file README.md, with the front matter that the Hub reads."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from string import Template

import yaml

from vsitrain.runs.provenance import PROVENANCE, Provenance

_TITLES = {"grpo": "GRPO", "sft": "Supervised fine-tuning", "dpo": "Direct preference optimisation"}
_PAPERS: Mapping[str, tuple[str, ...]] = {
    "grpo": ("arxiv:2402.03300", "arxiv:2504.00883"),
    "sft": ("arxiv:2504.00883",),
    "dpo": ("arxiv:2305.18290", "arxiv:2504.00883"),
}


def model_card(name: str, provenance: Provenance, *, adapter: bool) -> str:
    """The text of the card.

    Args:
        name: the name of the model.
        provenance: the provenance of the model.
        adapter: whether the model is an adapter.
    """
    local = Path(provenance.start).exists()
    front = {
        "library_name": "peft" if adapter else "transformers",
        **({} if local else {"base_model": provenance.start}),
        "pipeline_tag": "video-text-to-text",
        "tags": ["vsi100k", "spatial-reasoning", "trl", provenance.method, *_PAPERS[provenance.method]],
    }
    template = Template(resources.files(__package__).joinpath("model_card.md").read_text(encoding="utf-8"))
    options = (
        "shown; the model answers with a letter"
        if provenance.letters
        else "not shown if the question names them"
    )
    body = template.substitute(
        name=name,
        title=_TITLES[provenance.method],
        start=provenance.start,
        start_link="." if local else f"https://huggingface.co/{provenance.start}",
        version=provenance.versions["vsi100k"],
        input_mode=("black frames, as " if provenance.blank else "")
        + ("one video" if provenance.input_mode == "video" else "images"),
        num_frames=provenance.num_frames,
        least=f"{provenance.pixels[0]:,}",
        most=f"{provenance.pixels[1]:,}",
        wording=f"`{provenance.wording}`",
        options=options,
        method=f"{_TITLES[provenance.method]}, prompt mode `{provenance.prompt}`",
        data=provenance.data,
        questions=f"{provenance.questions:,}",
        rules=", ".join(f"`{rules}`" for rules in provenance.rules),
        settings="\n".join(f"| {name} | {value} |" for name, value in provenance.settings.items()),
        versions=", ".join(f"{name} {number}" for name, number in provenance.versions.items()),
        provenance=PROVENANCE,
        before=_before(provenance),
    )
    return f"---\n{yaml.safe_dump(front, sort_keys=False)}---\n\n{body}"


def _before(provenance: Provenance) -> str:
    if provenance.before is None:
        return ""
    method, start = provenance.before["method"], provenance.before["start"]
    return f"\nThe starting model was also trained with vsi100k: {_TITLES[method]} of `{start}`.\n"
