"""The documented part of vLLM's offline interface, in place of a package that needs a GPU.

`LLM(model=…, dtype=…, seed=…, limit_mm_per_prompt=…)`, `LLM.generate(prompts, sampling_params,
use_tqdm=…)` with prompts `{"prompt": str, "multi_modal_data": {"image": [PIL, …]}}`, and `outputs[0].text` of
each output. The reply depends on the complete prompt, so a test can check that the complete prompt arrived.
"""

import types
from typing import Any, ClassVar

from PIL import Image


class SamplingParams:
    def __init__(self, *, temperature: float, max_tokens: int, repetition_penalty: float = 1.0) -> None:
        self.temperature, self.max_tokens = temperature, max_tokens
        self.repetition_penalty = repetition_penalty


class LLM:
    made: ClassVar[list["LLM"]] = []

    def __init__(
        self,
        model: str,
        *,
        dtype: str = "auto",
        seed: int | None = None,
        limit_mm_per_prompt: dict[str, int] | None = None,
        trust_remote_code: bool = False,
        load_format: str = "auto",
    ) -> None:
        assert not trust_remote_code
        self.model, self.dtype, self.seed, self.limit = model, dtype, seed, limit_mm_per_prompt
        self.load_format = load_format
        self.prompts: list[dict[str, Any]] = []
        LLM.made.append(self)

    def generate(self, prompts: Any, sampling_params: Any = None, *, use_tqdm: bool = True) -> list[Any]:
        assert not use_tqdm  # the command draws its own bar
        self.sampling = sampling_params
        return [self._output(prompt) for prompt in prompts]

    def _output(self, prompt: dict[str, Any]) -> Any:
        assert set(prompt) == {"prompt", "multi_modal_data"}
        images = prompt["multi_modal_data"]["image"]
        assert all(isinstance(image, Image.Image) for image in images)
        assert prompt["prompt"].count("<|image_pad|>") == len(images) <= self.limit["image"]
        self.prompts.append(prompt)
        text = f"{len(images)} images of {images[0].size}"
        return types.SimpleNamespace(outputs=[types.SimpleNamespace(text=text)])
