"""Sweeps that are asked for what cannot be."""

from __future__ import annotations

import numpy as np
import pytest
import rates_core.needed
from rates_core.sweeps import latin_hypercube, points, sobol

K = {"p/lin/tau": [1.0, 2.0]}


def drive(t, amplitude):
    return amplitude * t


def sweep(circuit, parameters=K, **options):
    settings = {"simulation_time": 1.0, "step_size": 0.1, "outputs": {"x": "p/lin/x"}, "verbose": False}
    return circuit.sweep(parameters, **{**settings, **options})


MEASURES = "mean, std, minimum, maximum, amplitude, last, peak_frequency, peak_power"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"parameters": {"p/lin/tao": [1.0]}},
         "UnknownNameError: parameters: Unknown variable 'tao' in path 'p/lin/tao'. Did you mean 'tau'? "
         "The variables are: x, tau, u."),
        ({"parameters": {"p/lin/x->q/lin/u/wieght": [1.0]}},
         "ArgumentError: 'p/lin/x->q/lin/u/wieght' is not the path of an edge parameter; write it as "
         "'node/op/var->node/op/var[0]/weight'. Did you mean 'p/lin/x->q/lin/u/weight'?"),
        ({"parameters": {"tau": [1.0]}},
         "UnknownNameError: 'tau' is no path such as 'node/op/var', paths= does not explain it, and no input takes "
         "it."),
        ({"parameters": {"amplitud": [1.0]}, "inputs": {"p/lin/u": drive}},
         "UnknownNameError: 'amplitud' is no path such as 'node/op/var', paths= does not explain it, and no input "
         "takes it. Did you mean 'amplitude'?"),
        ({"paths": {"tau": "p/lin/tau"}}, "UnknownNameError: paths: 'tau' is not swept. Did you mean 'p/lin/tau'?"),
        ({"parameters": {"tau": [1.0]}, "paths": {"tau": 3}},
         "ArgumentError: paths['tau'] is a path, or a list of paths; it is 3."),
        ({"parameters": {"tau": [1.0]}, "paths": ["tau"]},
         "ArgumentError: paths must be a dict of name to path, or to a list of paths; it is ['tau']."),
        ({"parameters": {}}, "ArgumentError: parameters holds no point. Give each parameter one value at least."),
        ({"parameters": {"p/lin/tau": []}},
         "ArgumentError: parameters holds no point. Give each parameter one value at least."),
        ({"parameters": {"p/lin/tau": 1.0}},
         "ArgumentError: parameters['p/lin/tau'] must be a list of values; it is 1.0. Write [1.0]."),
        ({"parameters": {"p/lin/tau": ["a"]}},
         "ArgumentError: parameters['p/lin/tau']: A number is needed, not 'a'."),
        ({"parameters": {"p/lin/tau": [float("nan")]}},
         "ArgumentError: parameters['p/lin/tau']: NaN is not a number."),
        ({"parameters": {3: [1.0]}}, "ArgumentError: parameters: A path is text such as 'node/op/var', not 3."),
        ({"parameters": [1.0]},
         "ArgumentError: parameters must be a dict of path to list of values, a DataFrame with one row per point, or "
         "what grid(), points(), latin_hypercube() or sobol() give; it is [1.0]."),
        ({"parameters": {"p/lin/tau": [1j]}},
         "ArgumentError: parameters: 'p/lin/tau' is complex, but the model was compiled for a real value. "
         "Give it a complex value in the template."),
        ({"parameters": {"p/lin/u": [1.0]}, "inputs": {"p/lin/u": np.zeros(10)}},
         "ArgumentError: parameters: 'p/lin/u' is an input that is fed. Change what feeds it."),
        ({"parameters": {"p/lin/tau": [1.0], "slow": [2.0]}, "paths": {"slow": "p/lin/tau"}},
         "ArgumentError: paths: 'p/lin/tau' is set by 'p/lin/tau' and by 'slow'. Leave one of them out."),
        ({"parameters": {"all/lin/tau": [1.0], "p/lin/tau": [2.0]}},
         "ArgumentError: parameters: 'all/lin/tau' and 'p/lin/tau' set the same value. Leave one of them out, or let "
         "paths= list what each of them sets."),
        ({"parameters": {"p/lin/x->q/lin/u/weight": [1.0], "w": [2.0]}, "paths": {"w": "p/lin/x->q/lin/u[0]/weight"}},
         "ArgumentError: parameters: 'p/lin/x->q/lin/u/weight' and 'p/lin/x->q/lin/u[0]/weight' set the same value. "
         "Leave one of them out, or let paths= list what each of them sets."),
        ({"reduce": "amplitud"},
         f"UnknownNameError: There is no reduction 'amplitud'. Did you mean 'amplitude'? The reductions: {MEASURES}; "
         "or give a function."),
        ({"reduce": {"y": "mean"}}, "UnknownNameError: reduce: There is no output 'y'. The outputs: x."),
        ({"reduce": {"x": 3}},
         "ArgumentError: reduce: 'x' takes names of reductions, or functions; it is 3."),
        ({"reduce": {"x": lambda values, times: 0.0}},
         "ArgumentError: reduce: A function without a name gives a column without one. Give it a name: "
         "{'x': {'name': function}}."),
        ({"reduce": lambda table: 0.0},
         "ArgumentError: reduce: A function without a name gives a column without one. Give it a name, as def does."),
        ({"reduce": {"x": ["mean", "mean"]}},
         "ArgumentError: reduce: Two reductions are called 'x_mean'. Name them by a dict."),
        ({"reduce": "mean", "cutoff": 1.0}, "ArgumentError: cutoff leaves no row that could be reduced."),
        ({"executor": "proceses"},
         "UnknownNameError: There is no executor 'proceses'. Did you mean 'processes'? "
         "Installed executors: processes, serial, threads."),
        ({"executor": 4}, "ArgumentError: executor must be a name or an Executor; it is 4."),
        ({"executor": "threads", "workers": 0},
         "ArgumentError: workers must be a whole number from 1 to 1024; it is 0."),
        ({"workers": 2},
         "ArgumentError: Executor 'serial' has no option 'workers'; processes and threads have it."),
        ({"memory_limit": 0}, "ArgumentError: memory_limit must be a positive number of bytes; it is 0."),
        ({"sovler": "rk4"},
         "UnknownNameError: There is no argument or option 'sovler'. Did you mean 'solver'? "
         "Options of solver 'euler': none. Options of backend 'numpy': none."),
        ({"simulation_time": -1.0}, "ArgumentError: simulation_time must be a positive number; it is -1.0."),
        ({"save": "out.csv"}, "ArgumentError: save must be a path that ends in .zarr or .parquet; it is 'out.csv'."),
        ({"save": "nowhere/out.zarr"},
         "ArgumentError: save: 'nowhere/out.zarr' cannot be written: there is no folder 'nowhere'."),
        ({"resume": True},
         "ArgumentError: resume: There is nothing to go on with. Give save= of the sweep that was interrupted, or the "
         "result that its KeyboardInterrupt holds."),
    ],
)  # fmt: skip
def test_a_sweep_that_cannot_be(pair, refusal, options, text):
    assert refusal(sweep, pair, **options) == text


def test_lists_of_unequal_length(refusal):
    assert refusal(points, {"a": [1.0], "b": [1.0, 2.0]}) == (
        "ArgumentError: The lists of parameters have unequal lengths (a: 1, b: 2). "
        "Give lists of one length, or grid(...) for every combination."
    )


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (({}, 4), "ArgumentError: ranges must be a dict of path to (low, high); it is {}."),
        (({"a": (1, 0)}, 4),
         "ArgumentError: ranges['a'] must be (low, high) or (low, high, 'log') with low < high; it is (1, 0)."),
        (({"a": (0, 1, "lin")}, 4),
         "ArgumentError: ranges['a'] must be (low, high) or (low, high, 'log') with low < high; it is (0, 1, 'lin')."),
        (({"a": (0, "b")}, 4),
         "ArgumentError: ranges['a'] must be (low, high) or (low, high, 'log') with low < high; it is (0, 'b')."),
        (({"a": (0, 1, "log")}, 4),
         "ArgumentError: ranges['a']: a logarithmic range lies above 0; it is (0, 1, 'log')."),
        (({"a": (0, 1)}, 0), "ArgumentError: count must be a whole number from 1 to 2**30; it is 0."),
        (({"a": (0, 1)}, 4, -1), "ArgumentError: seed must be a whole number of at least 0, or None; it is -1."),
        (({3: (0, 1)}, 4), "ArgumentError: ranges: A path is text such as 'node/op/var', not 3."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("drawn", [latin_hypercube, sobol])
def test_samples_that_cannot_be(refusal, drawn, arguments, text):
    assert refusal(drawn, *arguments) == text


def test_a_sobol_sequence_is_balanced_at_powers_of_two_only(refusal):
    assert refusal(sobol, {"a": (0, 1)}, 1000) == (
        "ArgumentError: count must be a power of 2, at which Sobol's points are balanced; it is 1000. "
        "Next to it are 512 and 1024."
    )


def test_rows_have_no_place_in_parquet(pair, refusal, tmp_path):
    path = tmp_path / "out.parquet"
    assert refusal(sweep, pair, save=path) == (
        f"ArgumentError: save: '{path}' takes numbers per point, not rows of runs. Give reduce=, or save to '.zarr'."
    )
    assert not path.exists()


def test_a_result_that_another_sweep_gave(pair, refusal):
    assert refusal(sweep, pair, save="out.zarr", resume=pair_result(pair)) == (
        "ArgumentError: resume: With save= give resume=True; a result goes on in memory, without save=."
    )
    assert refusal(sweep, pair, resume=pair_result(pair), step_size=0.05) == (
        "ArgumentError: resume: the result comes from another call, which differs in its outputs, settings, "
        "reductions. Leave resume out."
    )


def pair_result(pair):
    """Return the result of a sweep of which no point was run."""
    from rates_core.sweeps import SweepResult
    from rates_core.sweeps.grids import samples_of
    from rates_core.sweeps.preparation import prepared
    from rates_core.sweeps.store import Memory

    return SweepResult(Memory(prepared(pair, samples_of(K), 1.0, 0.1, None, None, "mean", None, {}).content))


def test_values_that_are_not_there(pair, refusal):
    result = pair_result(pair)
    assert refusal(result.__getitem__, "x_mean") == (
        "UnknownNameError: There are no values 'x_mean' in this sweep. It has: none."
    )
    assert refusal(result.rows, "x") == "UnknownNameError: There are no rows 'x' in this sweep. It has: none."


@pytest.mark.parametrize(
    ("call", "what", "library"),
    [
        (lambda pair: sweep(pair, save="out.zarr"), "save='out.zarr'", "zarr"),
        (lambda pair: sweep(pair, reduce="mean", save="out.parquet"), "save='out.parquet'", "pyarrow"),
        (lambda pair: pair_result(pair).to_xarray(), "A dataset", "xarray"),
        (lambda pair: sobol({"a": (0, 1)}, 4), "Sobol sampling", "scipy"),
    ],
)
def test_a_library_that_is_not_installed(pair, refusal, monkeypatch, call, what, library):
    monkeypatch.setattr(rates_core.needed, "find_spec", lambda name: None)
    assert refusal(call, pair) == (
        f"PluginError: {what} needs {library}, which is not installed. "
        f"Install with: pip install {library}, or pip install 'rates-core[sweeps]'."
    )


def test_functions_that_return_what_is_no_number(pair):
    from rates_core import ArgumentError

    def text(values, times):
        return "a"

    def changing(table):
        changing.calls += 1
        return {f"n{changing.calls}": 1.0}

    changing.calls = 0
    with pytest.raises(ArgumentError) as caught:
        sweep(pair, reduce={"x": text})
    assert str(caught.value) == "reduce: 'x_text' has to be a real number; the function returned 'a'."
    with pytest.raises(ArgumentError) as caught:
        sweep(pair, reduce=changing, memory_limit=1)
    assert str(caught.value) == (
        "reduce: The function returned (n1) for one point and (n2) for another. "
        "Return the same names for all; NaN stands for a number that there is none of."
    )
