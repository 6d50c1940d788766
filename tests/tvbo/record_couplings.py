"""Write experiments with couplings of each form, and what tvbo computes of them; it imports nothing of rates.

`record_couplings.py GROUP FOLDER` leaves `<case>.yaml` and its trajectory `<case>.npy`, (time, variable, node). The
group `sources` is of couplings that read sources alone. Those of the group `targets` read targets too, or send one
term without delay: tvboptim 0.4.0 refuses the code that tvbo 0.5.3 makes of them, and 0.3.1 runs it. Where it sends
one term without delay, that takes the matrix the other way round, so the weights are symmetric here.
The group `files` is of weights in files that networks name: a folder of BIDS of tvbo's database, and text. It leaves
the experiments of the database too, in `database`.
`record_couplings.py run FOLDER CASE…` runs those files of the folder alone.
"""

from __future__ import annotations

import shutil
import sys
import warnings
from pathlib import Path

import numpy as np

EXPERIMENT = """\
id: 1
dynamics:
  name: two
  parameters: {{tau: {{value: 2.0}}}}
  coupling_inputs: {inputs}
  state_variables:
    x: {{equation: {{rhs: "{slope}"}}, initial_value: 1.0, coupling_variable: true}}
    y: {{equation: {{rhs: "x - y/tau + 0.1*sin(3*x)"}}, initial_value: 0.5, coupling_variable: true}}
network:
  nodes:
  - {{id: 0, label: a}}
  - {{id: 1, label: b{states[0]}}}
  - {{id: 2, label: c{states[1]}}}
  edges:
{edges}
  coupling:
    {coupling}
integration: {{method: {method}, step_size: 0.5, duration: 10.0}}
"""
ONE, TWO = "{c: {}}", "{c: {dimension: 2, keys: [c_a, c_b]}}"
OF_ONE, OF_TWO = "c - x/tau", "c_a - c_b*y - x/tau"
TAIL = "parameters: {k: {value: 0.25}}}"
#: Which input, which slope, and the coupling, by the group.
CASES = {
    "sources": {
        "names of states": (ONE, OF_ONE, f"C: {{incoming_states: [x, y], pre_expression: {{rhs: x - 2*y}}, "
                            f"post_expression: {{rhs: k*gx}}, {TAIL}"),
        "names with an index": (ONE, OF_ONE, f"C: {{incoming_states: [x, y], pre_expression: {{rhs: x_j - 2*y_j}}, "
                                f"post_expression: {{rhs: k*gx}}, {TAIL}"),
        "a sigmoid of two states": (ONE, OF_ONE, "C: {incoming_states: [x, y], pre_expression: "
                                    "{rhs: 1/(1 + exp(k*(0.5 - (x - y))))}, post_expression: {rhs: 3*gx}, " + TAIL),
        "another state than the first": (ONE, OF_ONE, f"C: {{incoming_states: [y], pre_expression: {{rhs: tanh(x_j)}}, "
                                         f"post_expression: {{rhs: k*gx}}, {TAIL}"),
        "two components": (TWO, OF_TWO, f"c: {{incoming_states: [x], pre_expression: {{rhs: '[tanh(x), x*k]'}}, "
                           f"post_expression: {{rhs: gx}}, {TAIL}"),
        "two components of two states": (TWO, OF_TWO, f"c: {{incoming_states: [x, y], pre_expression: "
                                         f"{{rhs: '[x*y, y]'}}, post_expression: {{rhs: k*gx}}, {TAIL}"),
        "two components without delay": (TWO, OF_TWO, f"c: {{delayed: false, incoming_states: [x, y], pre_expression: "
                                         f"{{rhs: '[x - y, x*y]'}}, post_expression: {{rhs: k*gx}}, {TAIL}"),
        "one for two inputs": ("{c: {}, d: {}, e: {local: true}}", "c - d*y + 7*e - x/tau",
                               f"C: {{incoming_states: [x], pre_expression: {{rhs: x_j}}, post_expression: "
                               f"{{rhs: k*gx}}, {TAIL}"),
        "two for two inputs": ("{c: {}, d: {}}", "c - d*y - x/tau",
                               f"C: {{incoming_states: [x], pre_expression: {{rhs: x_j}}, post_expression: "
                               f"{{rhs: k*gx}}, {TAIL}\n    D: {{incoming_states: [y], pre_expression: "
                               f"{{rhs: sin(x_j)}}, post_expression: {{rhs: k*gx}}, {TAIL}"),
    },
    "targets": {
        "a difference": (ONE, OF_ONE, f"C: {{incoming_states: [x], local_states: [x], delayed: false, pre_expression: "
                         f"{{rhs: sin(x_j - x_i)}}, post_expression: {{rhs: k*gx}}, {TAIL}"),
        "states of both ends": (ONE, OF_ONE, f"C: {{incoming_states: [x, y], local_states: [y], delayed: false, "
                                f"pre_expression: {{rhs: x_j*y_j - y_i*x}}, post_expression: {{rhs: k*gx}}, {TAIL}"),
        "local states alone": (ONE, OF_ONE, f"C: {{local_states: [y], delayed: false, pre_expression: "
                               f"{{rhs: local_states}}, post_expression: {{rhs: k*gx}}, {TAIL}"),
        "a target after the sum": (ONE, OF_ONE, f"C: {{incoming_states: [x], local_states: [x, y], delayed: false, "
                                   f"pre_expression: {{rhs: x_j}}, post_expression: {{rhs: k*gx*y_i}}, {TAIL}"),
        "sums that are joined": (ONE, OF_ONE, f"C: {{incoming_states: [x], local_states: [x], delayed: false, "
                                 f"pre_expression: {{rhs: '[sin(x_j), cos(x_j)]'}}, post_expression: "
                                 f"{{rhs: k*(gx_0*cos(x_i) - gx_1*sin(x_i))}}, {TAIL}"),
        "one term without delay": (ONE, OF_ONE, f"C: {{incoming_states: [x, y], delayed: false, pre_expression: "
                                   f"{{rhs: x - 2*y}}, post_expression: {{rhs: k*gx}}, {TAIL}"),
        "that of the database": (ONE, OF_ONE, "Linear: {delayed: false, incoming_states: [y], iri: tvbo:Linear, "
                                 "parameters: {a: {value: 0.25}}}"),
        "no coupling": (ONE, OF_ONE, ""),
    },
}  # fmt: skip
#: Stimuli, beside the case "two components without delay".
EVENTS = """\
events:
  pulse:
    event_type: stimulus
    equation: {rhs: "Piecewise((amplitude, (t >= onset) & (t < onset + duration)), (0.0, True))"}
    parameters: {amplitude: {value: 3.0}, onset: {value: 2.0, unit: ms}, duration: {value: 3.0}}
    nodes: [0, 2]
    weights: [1.0, -0.5]
  wave: {equation: {rhs: sin(k*t)}, parameters: {k: {value: 0.7}}}
"""
STIMULATED = "c_a - c_b*y + 0.25*pulse - x/tau + wave"
_AT_ONCE = (
    "c: {delayed: false, incoming_states: [x, y], pre_expression: {rhs: '[x - y, x*y]'}, post_expression: "
    "{rhs: k*gx}, parameters: {k: {value: 0.05}}}"
)
FILES = {
    "a folder of BIDS": "  bids_dir: {bids}\n  structural_measures: [streamlineCount, tractLength]\n"
    "  transforms: [{{name: weight, equation: {{rhs: W / max(W)}}}}]\n",
    "a matrix of text": "  edge_matrix_files: [weights.csv]\n",
}
_EDGE = "  - {{source: {}, target: {}, parameters: {{weight: {{value: {}}}, length: {{value: {}}}}}{}}}"
DIRECTED = [(0, 1, 0.5, 3.0), (1, 2, 1.5, 6.0), (2, 0, -0.7, 1.5), (0, 2, 0.25, 3.0)]
SYMMETRIC = [(0, 1, 0.5, 0.0), (1, 2, 1.5, 0.0), (2, 0, -0.7, 0.0)]


def main_of_files(folder: Path) -> None:
    """Write and run networks whose weights lie in files, and one with stimuli."""
    import tvbo

    weights = np.array([[0.0, 0.5, -0.7], [0.5, 0.0, 1.5], [-0.7, 1.5, 0.0]])
    np.savetxt(folder / "weights.csv", weights, delimiter=",")
    database = Path(tvbo.__file__).parent / "database"
    for part in ("experiments", "networks/bids"):
        shutil.copytree(database / part, folder / "database" / part)
    bids = folder / "database" / "networks" / "bids" / "dk_average"
    given = {"inputs": TWO, "coupling": _AT_ONCE, "method": "Euler", "states": ("", "")}
    for name, text in FILES.items():
        whole = EXPERIMENT.format(slope=OF_TWO, edges="", **given)
        begin, end = whole.index("  nodes:"), whole.index("  coupling:")
        (folder / f"{name}.yaml").write_text(whole[:begin] + text.format(bids=bids) + whole[end:])
        run(folder / f"{name}.yaml")
    edges = "\n".join(_EDGE.format(*edge, ", directed: true") for edge in DIRECTED)
    (folder / "stimuli.yaml").write_text(EXPERIMENT.format(slope=STIMULATED, edges=edges, **given) + EVENTS)
    run(folder / "stimuli.yaml")


def main(group: str, folder: Path) -> None:
    """Write and run the cases of a group."""
    one_way = group == "sources"
    edges = [_EDGE.format(*edge, ", directed: true" * one_way) for edge in (DIRECTED if one_way else SYMMETRIC)]
    # what tvboptim reads late of the time before the start is the initial value of the dynamics, not of the node
    states = ("", "") if one_way else (", state: {x: {value: 0.3}, y: {value: -0.2}}", ", state: {x: {value: -0.7}}")
    for name, (inputs, slope, coupling) in CASES[group].items():
        text = EXPERIMENT.format(
            inputs=inputs, slope=slope, edges="\n".join(edges), coupling=coupling, states=states, method="Euler"
        )
        path = folder / f"{name}.yaml"
        path.write_text(text if coupling else text.replace("  coupling:\n    \n", ""))
        run(path)


def run(path: Path) -> None:
    """Run an experiment."""
    from tvbo import SimulationExperiment

    experiment = SimulationExperiment.from_file(str(path))
    np.save(path.with_suffix(".npy"), np.asarray(experiment.run("tvboptim").integration.data, dtype=float))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    target = Path(sys.argv[2])
    if sys.argv[1] == "run":
        for case in sys.argv[3:]:
            run(target / f"{case}.yaml")
    elif sys.argv[1] == "files":
        main_of_files(target)
    else:
        main(sys.argv[1], target)
