"""`sensitivity`, `rare`: what an answer hangs on, and how likely a rare break is."""

from __future__ import annotations

from typing import Any

from stationkeep.cli.options import Future, Json, Scenario, Seed, Until, Workers, chosen, processes
from stationkeep.cli.output import can_be_written, emit, writing
from stationkeep.cli.progress import Progress
from stationkeep.model.files import InputError


def sensitivity(
    scenario: Scenario,
    *,
    of: str = "presence",
    until: Until = "",
    future: Future = "",
    runs: int = 256,
    seed: Seed = 0,
    workers: Workers = 0,
    chart: str = "",
    json: Json = False,
) -> None:
    """Rank what an answer hangs on: Sobol indices of everything that is drawn, with 95 % intervals.

    Parameters
    ----------
    of
        What is explained: `presence`, `presence_d`, `broken[REQUIREMENT]`, or an amount such as `propellant_used_kg`.
    runs
        Base runs; each costs as many runs as there are groups of draws, and two.
    chart
        SVG file to draw the ranking to.
    """
    from stationkeep.plan.sensitivity import sensitivity as ranked

    if runs < 2:
        raise InputError("--runs", None, f"{runs} runs", "give at least 2, better 256")
    can_be_written(chart)
    read = chosen(scenario, until, future)
    progress = Progress(json)
    try:
        found = ranked(read, of, runs, seed, _place(workers, progress), progress.step, stop="keep")
    except ModuleNotFoundError as error:
        raise InputError("sensitivity", None, f"needs {error.name}", "install it: pip install 'stationkeep[sensitivity]'") from None
    except ValueError as error:
        raise InputError("--of", None, str(error), "see `stationkeep sensitivity -h`") from None
    finally:
        progress.done()
    if chart:
        from stationkeep.report.rank_chart import write_rank_chart

        with writing(chart):
            write_rank_chart(f"What {of} hangs on", [(i.name, i.total_frac, i.total_low_frac, i.total_high_frac) for i in found.indices], chart)

    def words() -> None:
        if found.base_runs < runs:
            print(f"Stopped after {found.base_runs} of {runs} base runs.")
        print(f"{of}: mean {found.mean:.4g}, variance {found.variance:.4g}; {found.evaluations} runs in each future")
        for i in found.indices:
            bar = "#" * round(40 * max(0.0, min(i.total_frac, 1.0)))
            print(f"{i.name:<26}{i.total_frac:6.2f}  ({i.total_low_frac:.2f} to {i.total_high_frac:.2f})  alone {i.first_frac:5.2f}  {bar}")
        if found.stable:
            print("Doubling the runs moved no total index out of its interval.")
        else:
            print(f"Not stable: doubling the runs moved {', '.join(found.moved)} out of the interval before; ask for more --runs.")

    emit(found.as_dict(), json, words)


def rare(
    scenario: Scenario,
    *,
    requirement: str,
    future: str = "",
    until: Until = "",
    particles: int = 100,
    replicas: int = 8,
    seed: Seed = 0,
    workers: Workers = 0,
    json: Json = False,
) -> None:
    """Probability of a rare break, by multilevel splitting: many fewer runs than counting breaks, and unbiased.

    Parameters
    ----------
    requirement
        The requirement whose break is looked for.
    future
        The future it is looked for in; default: the first.
    particles
        Runs kept at each level.
    replicas
        Independent repetitions, from which the interval comes.
    """
    from stationkeep.plan.rare import rare_break

    if particles < 10 or replicas < 2:
        raise InputError("--particles, --replicas", None, f"{particles} and {replicas}", "give at least 10 and 2")
    read = chosen(scenario, until)
    name = future or next(iter(read.futures), None)
    if name is not None and name not in read.futures:
        raise InputError("--future", None, f"no future '{name}'", f"one of: {', '.join(read.futures) or 'none'}")
    progress = Progress(json, "splittings")
    try:
        found = rare_break(read, requirement, name, particles, replicas, seed, _place(workers, progress), progress.step)
    except ValueError as error:
        raise InputError("--requirement", None, str(error), "see `stationkeep validate` and the scenario") from None
    finally:
        progress.done()

    def words() -> None:
        span = f"95 % interval {found.low_frac:.2g} to {found.high_frac:.2g}"
        print(f"{requirement} breaks with probability {found.probability_frac:.3g} ({span}); {found.evaluations} runs, "
              f"{len(found.levels)} levels")  # fmt: skip
        if found.probability_frac == 0.0:
            print("No replica met it: this says only that it is rarer than these runs can see; ask for more --particles.")
        elif found.gain is not None:
            print(f"Plain runs would need {found.gain:.1f} times as many for the same error.")

    emit(found.as_dict() | {"future": name}, json, words)


def _place(workers: int, progress: Progress) -> Any:
    from stationkeep.engine.places import Here, Pool

    progress.say("compiling the step (once per installation, half a minute to a minute) ...", unless_cached=True)
    count = processes(workers)
    return Pool(count) if count > 1 else Here()
