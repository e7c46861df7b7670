"""Batches of SFT and DPO that another process prepares are the same."""

import pytest

from tests.vsitrain import asked, test_dpo, test_sft
from tests.vsitrain.tiny_runs import parts

OF_THE_RECIPES = {
    "dataloader_num_workers": 1,
    "dataloader_multiprocessing_context": "forkserver",
    "dataloader_persistent_workers": True,
}


@pytest.mark.slow
@pytest.mark.parametrize("module", [test_sft, test_dpo], ids=["sft", "dpo"])
def test_losses_are_those_of_batches_that_are_prepared_in_the_step(tiny, tmp_path, module):
    data = asked.build(tmp_path / "build")
    losses = []
    for workers in ({}, OF_THE_RECIPES):
        model, processor = parts(tiny())
        how = {"max_steps": 3, "per_device_train_batch_size": 2, "seed": 3, **workers}
        args = module.settings(tmp_path / "run", **how)
        run = module.make_trainer(model, args, module.ROWS, asked.asking(data, processor))
        run.train()
        losses.append([entry["loss"] for entry in run.state.log_history if "loss" in entry])
    assert losses[0] == losses[1]
    assert len(set(losses[0])) == 3
