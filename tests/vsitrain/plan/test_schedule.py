"""The planned steps equal those that TRL's trainers and the Trainer count."""

import math

import pytest
from accelerate.data_loader import BatchSamplerShard
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import BatchSampler, SequentialSampler
from trl.trainer.utils import RepeatSampler

from tests.vsitrain.plan.planned import CLIP, grpo, sft
from tests.vsitrain.tiny_runs import questions, trainer
from vsidata.errors import OptionError
from vsitrain.plan import workload_of
from vsitrain.plan.schedule import schedule_of

SCENES = ("scene_a", "scene_b", "scene_c")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"num_train_epochs": 2.5},
        {"gradient_accumulation_steps": 3, "num_generations": 6, "num_train_epochs": 3},
        {"steps_per_generation": 4, "num_iterations": 2},
        {"generation_batch_size": 16, "gradient_accumulation_steps": 8},
        {"per_device_train_batch_size": 2, "gradient_accumulation_steps": 4, "num_generations": 8},
        {"max_steps": 7},
    ],
)
def test_steps_are_those_of_the_real_trainer(tiny, tmp_path, settings):
    data = questions([SCENES[number % 3] for number in range(11)])
    run = trainer(tiny(), tmp_path, data=data, **{"max_steps": -1, **settings})
    counted = run.set_initial_training_values(run.args, run.get_train_dataloader())
    work = workload_of(
        "grpo", run.args, questions=11, clip=CLIP, text_tokens=90, answer_tokens=0, dtype="float32"
    )
    assert schedule_of(work).steps == counted[-1]


def test_a_real_run_trains_on_the_planned_number_of_sequences(tiny, tmp_path):
    seen, generated = [], []

    def reward(completions, **_):
        generated.append(len(completions))
        return [0.0] * len(completions)

    run = trainer(
        tiny(),
        tmp_path,
        data=questions(SCENES),
        rewards=reward,
        max_steps=-1,
        num_iterations=2,
        num_train_epochs=2,
    )
    step = run.training_step
    run.training_step = lambda model, inputs, *more: seen.append(1) or step(model, inputs, *more)
    run.train()
    work = workload_of(
        "grpo", run.args, questions=3, clip=CLIP, text_tokens=90, answer_tokens=0, dtype="float32"
    )
    planned = schedule_of(work)
    assert planned.steps == run.state.global_step
    assert planned.rounds == len(generated)
    assert planned.sequences == 4 * len(seen)
    assert planned.prompts == sum(generated) // 4


@given(
    questions=st.integers(8, 300),
    groups=st.integers(1, 4),
    generations=st.integers(2, 5),
    processes=st.integers(1, 4),
    iterations=st.integers(1, 3),
    steps_per_generation=st.integers(1, 4),
    accumulation=st.integers(1, 6),
)
def test_several_processes_share_the_batches_as_accelerate_shares_them(
    questions, groups, generations, processes, iterations, steps_per_generation, accumulation
):
    micro_batch = groups * generations
    work = grpo(
        questions=questions,
        micro_batch=micro_batch,
        generations=generations,
        processes=processes,
        iterations=iterations,
        steps_per_generation=steps_per_generation,
        accumulation=accumulation,
    )
    prompts = groups * processes * steps_per_generation
    if prompts > questions:
        with pytest.raises(OptionError, match="a round of generation needs"):
            schedule_of(work)
        return
    sampler = RepeatSampler(range(questions), generations, prompts, iterations * steps_per_generation)
    batches = BatchSampler(sampler, micro_batch * steps_per_generation, drop_last=False)
    mine = len(BatchSamplerShard(batches, processes, 0, even_batches=True))
    assert schedule_of(work).steps == math.ceil(mine / accumulation)


@given(
    questions=st.integers(1, 300),
    micro_batch=st.integers(1, 9),
    processes=st.integers(1, 5),
    accumulation=st.integers(1, 6),
    epochs=st.floats(0.1, 4),
)
def test_steps_of_sft_are_those_of_the_trainer_s_sampler(
    questions, micro_batch, processes, accumulation, epochs
):
    batches = BatchSampler(SequentialSampler(range(questions)), micro_batch, drop_last=False)
    mine = len(BatchSamplerShard(batches, processes, 0, even_batches=True))
    work = sft(
        questions=questions,
        micro_batch=micro_batch,
        processes=processes,
        accumulation=accumulation,
        epochs=epochs,
    )
    assert schedule_of(work).steps == math.ceil(epochs * math.ceil(mine / accumulation))


def test_paper_s_settings_make_a_step_of_eight_prompts():
    schedule = schedule_of(grpo(max_steps=100))
    assert schedule.prompts == 100 * 8
    assert schedule.sequences == 100 * 8 * 14
    assert schedule.tokens == 100 * 8 * 14 * (938 + 90 + 32)


@pytest.mark.parametrize("change", [{"generations": 9}, {"generations": 1}, {"micro_batch": 5}])
def test_completions_that_do_not_fill_groups_are_refused_with_the_numbers(change):
    with pytest.raises(OptionError, match=r"num_generations: is .* into groups of two or more"):
        schedule_of(grpo(**change))
