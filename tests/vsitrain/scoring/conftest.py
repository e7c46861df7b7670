"""lmms-eval's task for the benchmark, as a second scorer."""

import importlib.util
import sys
import types

import pytest


@pytest.fixture(scope="session")
def lmms_eval(lmms_eval_wheel, tmp_path_factory):
    """The functions of lmms-eval's task for this benchmark."""
    folder = tmp_path_factory.mktemp("lmms-eval-task")
    names = [name for name in lmms_eval_wheel.namelist() if name.startswith("lmms_eval/tasks/vsibench/")]
    lmms_eval_wheel.extractall(folder, names)
    stub = types.ModuleType("loguru")
    stub.logger = types.SimpleNamespace(info=print)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "loguru", stub)
        path = folder / "lmms_eval" / "tasks" / "vsibench" / "utils.py"
        spec = importlib.util.spec_from_file_location("lmms_eval_vsibench", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        # Since version 0.7, lmms-eval reads numbers in sentences. The benchmark's own scorer does not.
        patch.setattr(
            module, "extract_number", lambda text: module.to_float(module.fuzzy_matching(text)), raising=False
        )
        yield module
