"""A program that evaluates in processes with a time limit of three seconds. One process takes five."""

import os
import time
from datetime import timedelta

from torch.distributed import distributed_c10d

from vsitrain.commands.app import main
from vsitrain.evaluation import evaluate_model

evaluate = evaluate_model.evaluate


def slowly(*words, **how):
    evaluate(*words, **how)
    time.sleep(5 * int(os.environ["RANK"]))


if __name__ == "__main__":
    distributed_c10d.default_pg_timeout = timedelta(seconds=3)
    evaluate_model.evaluate = slowly
    main()
