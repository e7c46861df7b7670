"""Two processes compute the same as one, even if a group has completions in both."""

import pytest
import torch
from peft import LoraConfig, get_peft_model

from tests.vsitrain import asked
from tests.vsitrain.tiny_runs import parts
from tests.vsitrain.two_processes import main
from vsitrain.families import LORA_TARGETS


@pytest.fixture(autouse=True)
def around(monkeypatch, offline):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")


@pytest.mark.slow
def test_two_processes_give_the_loss_and_the_gradients_of_one(tiny, tmp_path, forks):
    main(tiny(), tmp_path / "one.pt", 1)
    program = ("-m", "tests.vsitrain.two_processes")
    done = forks.run(*program, tiny(), tmp_path / "two.pt", 2, processes=2)
    assert done.returncode == 0, done.stderr[-3000:]
    one, two = (torch.load(tmp_path / name, weights_only=True) for name in ("one.pt", "two.pt"))
    assert one["losses"][1] > 1e-4
    assert two["losses"] == pytest.approx(one["losses"], abs=1e-5)
    for first, second in zip(one["gradients"], two["gradients"], strict=True):
        assert max(gradient.abs().max() for gradient in first.values()) > 0.01
        assert first.keys() == second.keys()
        for name, gradient in first.items():
            torch.testing.assert_close(second[name], gradient, atol=1e-5, rtol=1e-5)


@pytest.mark.slow
def test_one_process_merges_the_adapter_that_a_run_starts_from(tiny, tmp_path, forks):
    model, processor = parts(tiny())
    adapter = tmp_path / "adapter"
    get_peft_model(model, LoraConfig(r=4, target_modules=LORA_TARGETS)).save_pretrained(adapter)
    processor.save_pretrained(adapter)
    settings = {
        "model_name_or_path": adapter,
        "data": asked.build(tmp_path / "build"),
        "output_dir": "run",
        "frames": 2,
        "dtype": "float32",
        "max_steps": 1,
        "per_device_train_batch_size": 1,
        "use_peft": "true",
        "report_to": "none",
        "save_strategy": "no",
    }
    words = [str(word) for key, value in settings.items() for word in (f"--{key}", value)]
    program = ("-m", "tests.vsitrain.adapter_processes")
    done = forks.run(*program, "sft", *words, processes=2, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    assert [path.name for path in tmp_path.glob("merged-by-*")] == ["merged-by-0"]
    assert (tmp_path / "run" / "_base" / "model.safetensors").exists()
