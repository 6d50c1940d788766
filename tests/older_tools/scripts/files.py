"""Templates that are written, read again and looked at."""

import os

from pyrates import CircuitTemplate, NodeTemplate, OperatorTemplate, save
from pyrates.frontend import template
from pyrates.utility import create_directory

create_directory("written")
circuit = CircuitTemplate.from_yaml("model_templates.neural_mass_models.jansenrit.JRC")
circuit.to_yaml(path=os.path.join("written", "mine.yaml"))
again = CircuitTemplate.from_yaml("written/mine/JRC")
save(circuit, os.path.join("written", "other"), filetype="pickle")
operator = OperatorTemplate.from_yaml("model_templates.neural_mass_models.qif.qif_op")
node = NodeTemplate.from_yaml("model_templates.neural_mass_models.qif.qif_pop")
found = template.from_yaml("model_templates.neural_mass_models.qif.qif_sfa")
RESULTS = {
    "nodes": [list(circuit.nodes), list(again.nodes)],
    "edges": [[edge[0], edge[1], edge[3]["weight"]] for edge in again.edges],
    "path": circuit.path,
    "name": [circuit.name, operator.name, node.name, found.name],
    "operators": [op.name for op in node.operators],
    "op": node.get_op("qif_op").name,
    "variables": sorted(operator.variables),
    "eta": operator.variables["eta"],
    "kinds": [type(one).__name__ for one in (circuit, operator, node, found)],
    "pickled": os.path.isfile(os.path.join("written", "other")) or os.path.isfile(os.path.join("written", "other.p")),
    "get_nodes": circuit.get_nodes("all", ("rpo_e", "v")),
    "get_edges": [edge[:2] for edge in circuit.get_edges("pc/pro/m", "ein/rpo_e/m_in")],
    "run": again.run(0.05, 1e-4, outputs={"v": "ein/rpo_e/v"}, float_precision="float64", verbose=False),
}
