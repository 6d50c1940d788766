"""PyRates: its names, and what rates has for them."""

from __future__ import annotations

from rates_pyrates.tools.tool import Tool

_IR = "rates_core.network and rates_core.system have what a model means; see ARCHITECTURE.md."
_BACKENDS = (
    "A backend of rates is a plugin: `rates new backend NAME` writes one, and `rates backends` lists those there are."
)
_PARSER = "rates_core.expressions.parser.parse_expression reads an expression; circuit.rates.report() shows equations."
_DICTS = "template.to_yaml(path) writes a template with all that it uses; yaml.safe_load reads that as a dict."
_PICTURE = "Draw the table that grid_search returns: matplotlib's pcolormesh of one number per column, by the map."

TOOL = Tool(
    name="pyrates",
    offered={
        "CircuitTemplate": "rates_pyrates.circuit:CircuitTemplate",
        "NodeTemplate": "rates_pyrates.nodes:NodeTemplate",
        "EdgeTemplate": "rates_pyrates.nodes:EdgeTemplate",
        "OperatorTemplate": "rates_pyrates.operators:OperatorTemplate",
        "OperatorGraphTemplate": "rates_pyrates.nodes:OperatorGraphTemplate",
        "AbstractBaseTemplate": "rates_pyrates.template:Template",
        "PopulationTemplate": "rates_pyrates.populations:PopulationTemplate",
        "Connectivity": "rates_pyrates.populations:Connectivity",
        "integrate": "rates_pyrates.utility:integrate",
        "grid_search": "rates_pyrates.utility:grid_search",
        "linearize_grid": "rates_pyrates.utility:linearize_grid",
        "adapt_circuit": "rates_pyrates.utility:adapt_circuit",
        "clear": "rates_pyrates.utility:clear",
        "clear_cache": "rates_pyrates.utility:clear_nothing",
        "clear_compile_cache": "rates_pyrates.utility:clear_nothing",
        "clear_frontend_caches": "rates_pyrates.utility:clear_frontend_caches",
        "clear_ir_caches": "rates_pyrates.utility:clear_nothing",
        "create_directory": "rates_pyrates.utility:create_directory",
        "save": "rates_pyrates.utility:save",
        "dump": "rates_pyrates.utility:dump",
        "load": "rates_pyrates.utility:load",
        "dump_to_yaml": "rates_pyrates.utility:dump_to_yaml",
        "from_yaml": "rates_pyrates.template:from_yaml",
        "to_yaml": "rates_pyrates.template:to_yaml",
        "PyRatesException": "rates_core.errors:RatesError",
        "PyRatesWarning": "rates_core.errors:ApproximationWarning",
        "base_funcs": "rates_pyrates.language:base_funcs",
        "FILEIOMODES": ["pickle", "yaml"],
        "template_cache": {},
        "node_cache": {},
        "op_cache": {},
        "in_edge_indices": {},
        "in_edge_vars": {},
        "input_labels": {},
        "node_labels": {},
    },
    differences={
        "AbstractBaseTemplate": "templates are of its kinds; it is not made itself",
        "CircuitTemplate.get_var": "the value: a number, or an array of one per unit; there an object of the compiler",
        "CircuitTemplate.get_run_func": "arguments behind `dy` may come in another order, and values of edges are "
        "named by their paths; whole numbers for `t` are steps, others time; `hist(t)` has the variables that are "
        "read late",
        "CircuitTemplate.get_jacobian_func": "as `get_run_func`; the derivative by the present state alone, that by "
        "the past is `circuit.rates.jacobian(by='reads')`",
        "CircuitTemplate.run": "float64, exact delays, time for `t`, and second order of Heun's method; see the tables",
        "CircuitTemplate.intermediate_representation": "None: nothing is kept of a run",
        "CircuitTemplate.compute_graph": "None: nothing is kept of a run",
        "CircuitTemplate.collect_edges": "a further entry says whether an edge has a delay, with `delay_info`",
        "OperatorGraphTemplate.update_var": "changes this template, and the circuit that it was taken from, not others",
        "NodeTemplate.update_var": "changes this template, and the circuit that it was taken from, not others",
        "EdgeTemplate.update_var": "changes this template alone",
        "OperatorTemplate.cache": "empty: nothing is kept by name",
        "PyRatesException": "RatesError of rates, above every error that it raises",
        "PyRatesWarning": "ApproximationWarning of rates",
        "base_funcs": "names of the equation language; what is added to it is not read",
        "template_cache": "empty: templates are not kept by name",
        "node_cache": "empty: nothing is kept by name",
        "op_cache": "empty: nothing is kept by name",
        "node_labels": "empty: nothing is kept by name",
        "in_edge_indices": "empty: nothing is kept by name",
        "in_edge_vars": "empty: nothing is kept by name",
        "input_labels": "empty: nothing is kept by name",
        "integrate": "as `CircuitTemplate.run`",
        "grid_search": "as `CircuitTemplate.run`; a table of points that is given stays as it is",
    },
    refused={
        "pyrates.ir": _IR,
        "pyrates.backend": _BACKENDS,
        "pyrates.backend.parser": _PARSER,
        "pyrates.backend.computegraph": _IR,
        "pyrates.frontend.dict": _DICTS,
        "pyrates.frontend.file": "rates_core.yaml.reader.load reads whatever a path leads to.",
        "pyrates.frontend.template.circuit": _IR,
        "parse_equations": _PARSER,
        "CircuitIR": _IR,
        "EdgeIR": _IR,
        "OperatorIR": _IR,
        "VectorizedNodeIR": _IR,
        "cache_func": "Nothing is cached by name, so that there is nothing to ask.",
        "get_unique_label": "Labels of a circuit are those of its dicts; none is made up.",
        "replace": "OperatorTemplate.update_template(equations={'replace': {old: new}}) replaces whole names.",
        "eq_replace": "OperatorTemplate.update_template(equations={'replace': {old: new}}) replaces whole names.",
        "check_vname": "Every name that Python allows is one for a variable; generated code has its own.",
        "dict_from_yaml": _DICTS,
        "register_template_class": "The kinds of templates are those of docs/reference/language.md.",
        "known_template_classes": "The kinds of templates are those of docs/reference/language.md.",
        "Interactive2DParamPlot": _PICTURE,
        "set_num_axis_ticks": "axes.locator_params(nbins=...) of matplotlib does it.",
        "CircuitTemplate.state": "A run starts from the model's values: the last row of its table is where it ended, "
        "and circuit.rates.compile(...).run(state=...) goes on.",
        "CircuitTemplate.get_variable_positions": "The columns of a table have the paths, and get_run_func says where "
        "states are.",
        "AbstractBaseTemplate.update_template": "Each kind of template has its own.",
        "Template.apply": "A template is compiled by circuit.rates.compile(...), which returns what runs many times.",
        "Template.target_ir": _IR,
    },
    former_modules={
        "pyrates.utility.pyauto": "PyCoBi took its place, whose calls rates-continuation has: from pycobi import "
        "ODESystem.",
        "pyrates.utility.visualization": "run() returns a table, which has plot(); circuit.rates.draw() draws "
        "networks.",
        "pyrates.utility.data_analysis": "run() returns a table, which scipy.signal and MNE read.",
        "pyrates.utility.genetic_algorithm": "rates-fit fits parameters.",
        "pyrates.utility.grid_search": "It is a function: from pyrates import grid_search.",
    },
)
