"""The largest amount of memory that PyTorch's CPU allocator had allocated."""

from collections.abc import Callable

from torch.profiler import ProfilerActivity, profile


def peak_of(work: Callable[[], object]) -> int:
    """Bytes at the peak of `work`, in addition to those that were allocated before."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as recorded:
        work()
    return peak_in(recorded)


def peak_in(recorded: profile) -> int:
    """The bytes at the peak of a recording that has ended."""
    events = [it for it in recorded.profiler.kineto_results.events() if it.name() == "[memory]"]
    level = top = 0
    for event in sorted(events, key=lambda it: it.start_ns()):
        level += event.nbytes()
        top = max(top, level)
    return top
