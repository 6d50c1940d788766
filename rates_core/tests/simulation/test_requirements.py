"""What a model needs of a backend."""

from __future__ import annotations

from rates_core.network.build import build_network
from rates_core.plugins.capabilities import Requirements
from rates_core.simulation.requirements import requirements_of
from rates_core.system.build import build_system
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate


def needs(equation: str, **variables: object) -> Requirements:
    operator = OperatorTemplate("op", equation, variables)
    circuit = CircuitTemplate("c", nodes={"p": NodeTemplate("n", [operator])})
    return requirements_of(build_system(build_network(circuit, True)), "ring")


def test_a_model_needs_complex_numbers_where_no_variable_is_complex_but_a_term():
    assert needs("x' = real(exp(I*x))", x="variable(0.5)").complex
    assert needs("x' = abs(x + 0.5j)", x="variable(0.5)").complex
    assert not needs("x' = real(x)", x="variable(0.5)").complex


def test_a_model_needs_the_functions_of_its_equations_and_delays():
    found = needs("x' = -sin(past(x, 2*tau))", x="variable(0.5)", tau=0.3)
    assert found.functions == {"negative", "sin", "multiply"}
    assert found.delays == {"ring"}
