"""A `Dynamics` of TVBO read into an operator: equations, variables, events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, evolve, field
from rates_core.errors import ArgumentError
from rates_core.expressions.parser import parse_expression
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Expression, Number, Symbol
from rates_core.templates.event import Event
from rates_core.templates.location import Location
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.value import Value, to_value
from rates_core.templates.variable import Variable

from rates_tvbo.bounds import Bounds, enforced, read_bounds, slope_name, start_within, wrapping
from rates_tvbo.descriptions import Description
from rates_tvbo.events import read_event
from rates_tvbo.expression_reader import Auxiliaries, Scope, UserFunction, choice, read_expression
from rates_tvbo.inputs import read_inputs
from rates_tvbo.section import Section
from rates_tvbo.stimuli import Stimulus, named_in

DEFAULT_START = 0.1  # of a state whose file names none, as TVBO takes it


def read_operator(
    dynamics: Section, name: str, noise: Section | None = None, stimuli: Sequence[Stimulus] = ()
) -> OperatorTemplate:
    """Return the operator of a `Dynamics`.

    Args:
        dynamics: what the file says.
        name: of the operator.
        noise: of states that have none of their own.
        stimuli: that equations may name.

    Raises:
        ModelFileError: a part is missing or malformed.
        UnsupportedFeatureError: it says what rates cannot compute.
        EquationError: an expression is malformed.
    """
    return _Reader(dynamics, noise, stimuli).operator(name)


@define
class _Reader:
    """Reads one `Dynamics`; what is declared comes first, for expressions may name it in any order."""

    dynamics: Section
    shared_noise: Section | None = None
    stimuli: Sequence[Stimulus] = ()
    variables: dict[str, Variable] = field(factory=dict)
    meanings: dict[str, str] = field(factory=dict)
    units: dict[str, str] = field(factory=dict)
    scope: Scope = field(init=False)
    modes: int = 1
    slopes: list[str] = field(factory=list)
    held: list[Event] = field(factory=list)

    def operator(self, name: str) -> OperatorTemplate:
        """Return the operator."""
        dynamics = self.dynamics
        self.refuse_other_systems()
        self.modes = int(dynamics.number("number_of_modes") or 1)
        parameters = dynamics.sections("parameters", "parameter")
        defined = dynamics.sections("derived_parameters", "derived parameter")
        derived = dynamics.sections("derived_variables", "derived variable")
        states = dynamics.sections("state_variables", "state variable")
        inputs = self.inputs()
        computed = {key: part for key, part in parameters.items() if part.has("equation")}
        for key in parameters.keys() & {*defined, *derived}:  # whose equation is what holds
            self.dynamics.omissions.add("value, since an equation defines it too", "parameter", key)
            del parameters[key]
        plain = {key: part for key, part in parameters.items() if key not in computed}
        self.check_names(plain, computed, defined, derived, states, inputs)
        for one in self.stimuli:
            if one.name in {*plain, *computed, *defined, *derived, *states, *inputs}:
                raise one.section.error(f"The dynamics '{dynamics.name}' have something of that name.")
        outputs = set(dynamics.texts("output"))
        functions = self.functions()
        names = frozenset(
            [*plain, *computed, *defined, *derived, *states, *inputs, *(one.name for one in self.stimuli)]
        )
        self.scope = Scope(names, functions, auxiliaries=Auxiliaries(set(names)))
        self.declare_states(states, outputs)
        for key in (*computed, *defined, *derived):
            self.variables[key] = Variable("output" if key in outputs else "variable")
        for key, part in plain.items():
            self.variables[key] = Variable.parse(self.parameter(part))
        for key in inputs:
            self.variables[key] = Variable("input")
        for key in sorted(outputs - {*states, *computed, *defined, *derived}):
            self.dynamics.omissions.add("output that is neither a state nor derived", "name", key)
        named = {**computed, **defined, **derived}
        equations = [f"{key} = {to_text(self.right_side(part))}" for key, part in named.items()]
        derivatives = [f"{key}' = {to_text(self.derivative(part))}" for key, part in states.items()]
        events = [
            event
            for part in dynamics.sections("events", "event").values()
            for event in read_event(part, self.scope, set(states))
        ]
        for expression, key in self.scope.auxiliaries.names.items():
            self.variables[key] = Variable("variable")
            equations.append(f"{key} = {to_text(expression)}")
        for one in (stimulating := named_in([*equations, *self.slopes, *derivatives], self.stimuli)):
            self.declare(one)
        for key, part in {**plain, **computed, **defined, **derived, **states, **inputs}.items():
            self.describe(key, part)
        return OperatorTemplate(
            name,
            [one.equation() for one in stimulating] + equations + self.slopes + derivatives,
            self.variables,
            description=self.description(),
            label=dynamics.text("label") or None,
            events=[*events, *self.held],
            location=Location(dynamics.location.file, dynamics.location.line),
        )

    def declare(self, stimulus: Stimulus) -> None:
        """Declare a stimulus and its parameters."""
        for key, variable in stimulus.variables().items():
            if key in self.variables:
                raise stimulus.section.error(f"The dynamics '{self.dynamics.name}' have a variable '{key}' already.")
            self.variables[key] = variable

    def refuse_other_systems(self) -> None:
        """Refuse by name what is no system of first-order differential equations."""
        dynamics = self.dynamics
        if dynamics.text("system_type") == "discrete":
            raise dynamics.refusal(
                "It is a discrete-time system (system_type: discrete), a map from step to step; "
                "rates holds differential equations.",
                "system_type",
            )
        if dynamics.has("stimulus"):
            raise dynamics.refusal(
                "Its stimulus is not read. Write it as an event of the experiment, a 'stimulus', which an equation "
                "names.",
                "stimulus",
            )
        for key in ("components", "modes"):
            if dynamics.has(key):
                raise dynamics.refusal(f"It is made of others ('{key}'), which rates cannot read.", key)
        if dynamics.has("iri") and not dynamics.has("state_variables") and not dynamics.has("derived_variables"):
            raise dynamics.refusal(
                f"Its equations are those of '{dynamics.text('iri')}' in tvbo's database, which rates does not have. "
                "Write the file by tvbo's to_yaml(), which writes them.",
                "iri",
            )
        if not dynamics.has("state_variables") and not dynamics.has("derived_variables"):
            raise dynamics.error(
                "It has neither state_variables nor derived_variables, so there is nothing to compute."
            )
        dynamics.ignore("iri", "model_type", "modified", "autonomous", "cse", "compile", "system_type")

    def inputs(self) -> dict[str, Section]:
        """Return what is coupled in, by the names of its components."""
        found: dict[str, Section] = {}
        for one in read_inputs(self.dynamics):
            one.section.ignore("local", "source", "dimension", "keys")
            found |= dict.fromkeys(one.components, one.section)
        return found

    def check_names(self, *groups: Mapping[str, Section]) -> None:
        """Refuse names that stand twice, or can be no variables."""
        seen: dict[str, Section] = {}
        for key, part in ((key, part) for group in groups for key, part in group.items()):
            if key in seen:
                raise part.error(f"There is a {seen[key].kind} of that name too.")
            if not key.isidentifier():
                raise part.error("A variable is named by letters, digits and '_', no digit first.")
            seen[key] = part

    def functions(self) -> dict[str, UserFunction]:
        """Return the functions that the file defines."""
        found: dict[str, UserFunction] = {}
        for key, part in self.dynamics.sections("functions", "function").items():
            arguments = part.sections("arguments", f"argument of '{key}'")
            defaults = {
                name: Number(value) for name, one in arguments.items() if (value := one.number("value")) is not None
            }
            equation = part.section("equation", f"equation of function '{key}'")
            if equation is None or not equation.has("rhs"):
                raise part.refusal("It has no equation with a right-hand side (rhs); other code is not read.")
            equation.ignore("lhs", "latex")
            self.refuse_latex(equation)
            found[key] = UserFunction(key, tuple(arguments), equation.text("rhs"), defaults)
            for one in (*arguments.values(), equation):
                one.ignore("description", "definition", "label", "unit")
                one.close()
            part.ignore("definition", "description", "label", "output", "iri")
            part.close()
        return found

    def declare_states(self, states: Mapping[str, Section], outputs: set[str]) -> None:
        """Declare states with their initial values."""
        for key, part in states.items():
            start = self.drawn(part)
            if start is None:
                start = DEFAULT_START
                self.dynamics.omissions.add(f"no initial_value, so {DEFAULT_START} is taken", "state variable", key)
            leads = bool(part.flag("coupling_variable")) or key in outputs
            length = self.modes if self.modes > 1 else None
            self.variables[key] = Variable("output" if leads else "variable", start, length=length)

    def drawn(self, part: Section) -> float | None:
        """Return the initial value of a state; None if there is none.

        A distribution that has a width is one of draws by tvbo's own generator, which no other one repeats.
        """
        start = part.number("initial_value")
        found = part.section("distribution", f"distribution of {part.subject}")
        if found is None:
            return start
        domain = found.section("domain", f"domain of {found.kind}") or part.section(
            "domain", f"domain of {part.subject}"
        )
        low, high = (None, None) if domain is None else (domain.number("lo"), domain.number("hi"))
        if low is not None and low == high:
            return low
        taken = DEFAULT_START if start is None else start
        text = f"draws of initial values, which are those of tvbo's generator; {taken} is taken"
        self.dynamics.omissions.add(text, part.kind, part.name)
        return taken

    def parameter(self, part: Section) -> Value:
        """Return the value of a parameter."""
        given = part.value("value")
        if given is None:
            given = part.value("default")
        if given is None or isinstance(given, bool):
            raise part.error("A parameter needs a number as its value.", "value")
        try:
            return to_value(float(given) if isinstance(given, str) else given)
        except (ValueError, ArgumentError):
            raise part.error(f"The value {given!r} is neither a number nor an array of numbers.", "value") from None

    def right_side(self, part: Section) -> Expression:
        """Return the right side of what is derived: of its equation, its cases or its conditionals."""
        equation = part.section("equation", f"equation of {part.subject}")
        cases = part.items("cases", f"case of {part.subject}")
        part.ignore("conditional", "symbol", "value")
        if cases and not (equation and (equation.has("conditionals") or equation.has("rhs"))):
            return self.chosen(part, cases, "equation")
        for case in cases:  # which say the same once more
            case.ignore("condition", "equation")
        if equation is None:
            raise part.error("It has no equation.")
        return self.expression(equation)

    def expression(self, equation: Section) -> Expression:
        """Return what an equation says."""
        self.refuse_latex(equation)
        equation.ignore("lhs", "latex", "definition", "description", "label")
        blocks = equation.items("conditionals", f"conditional of {equation.kind}")
        if blocks and "Piecewise" not in equation.text("rhs"):
            found = self.chosen(equation, blocks, "expression")
        elif equation.has("rhs"):
            scope = self.scope_of(equation)
            found = read_expression(equation.text("rhs"), scope)
        else:
            raise equation.error("It has no right-hand side (rhs).")
        equation.close()
        return found

    def scope_of(self, equation: Section) -> Scope:
        where = f"{equation.location.file}:{equation.location.line}, {equation.kind}"
        return evolve(self.scope, where=where)

    def chosen(self, part: Section, blocks: Sequence[Section], key: str) -> Expression:
        """Return the value of the first block whose condition is true."""
        pairs: list[tuple[Expression, Expression]] = []
        for block in blocks:
            scope = self.scope_of(block)
            text = block.text("condition")
            condition: Expression = Number(1.0) if text == "True" else read_expression(text, scope)
            inner = block.section("equation", f"equation of {part.kind}") if key == "equation" else None
            value = self.expression(inner) if inner else read_expression(block.text("expression"), scope)
            pairs.append((value, condition))
            block.close()
        return choice(pairs, lambda text: part.error(text))

    def refuse_latex(self, equation: Section) -> None:
        if equation.flag("latex"):
            raise equation.refusal("It is written in LaTeX, which is not read.", "latex")

    def derivative(self, part: Section) -> Expression:
        """Return the derivative of a state, its noise included."""
        equation = part.section("equation", f"equation of {part.subject}")
        if equation is None:
            raise part.error("It has no equation.")
        order = part.number("equation_order")
        if order is not None and order != 1:
            raise part.refusal(
                f"Its equation is one of order {order:g}. Write it as {order:g} equations of first order.",
                "equation_order",
            )
        if part.text("equation_type") not in ("", "differential"):
            raise part.refusal("Its equation is a constraint and no derivative.", "equation_type")
        found = self.kept_in_domain(part, self.expression(equation))
        noise = part.section("noise", f"noise of {part.subject}") or self.noise_for(part.name)
        if noise is not None:
            found = Apply("add", (found, self.noise(noise, part.name)))
        part.ignore("distribution", "symbol", "equation_order", "equation_type", "record", "derivative_initial_value")
        return found

    def noise_for(self, state: str) -> Section | None:
        """Return the noise of all states, if it is one for this."""
        noise = self.shared_noise
        targets = noise.sections("targets", "state") if noise is not None else {}
        return noise if not targets or state in targets else None

    def noise(self, noise: Section, state: str) -> Expression:
        """Return `sigma*xi`, with both declared, for Gaussian white noise."""
        kind = noise.text("noise_type")
        if kind not in ("", "gaussian", "white") or noise.flag("correlated") or noise.has("equation"):
            raise noise.refusal("Only Gaussian white noise without correlation is read.")
        parameters = noise.sections("parameters", "noise parameter")
        intensity = noise.section("intensity", "noise intensity")
        part = parameters.get("sigma") or intensity
        size = None if part is None else part.number("value")
        if size is None:
            dispersion = parameters["nsig"].number("value") if "nsig" in parameters else None
            if dispersion is None:
                raise noise.error("It needs a number: a parameter sigma, nsig = sigma**2/2, or an intensity.")
            size = (2.0 * dispersion) ** 0.5
        noise.ignore("gaussian", "additive", "noise_type", "correlated", "targets")
        noise.close()
        sigma, draw = f"sigma_{state}", f"xi_{state}"
        for name in (sigma, draw):
            if name in self.scope.variables:
                raise noise.error(f"There is a variable '{name}', which the noise would be called.")
        self.variables[sigma] = Variable.parse(size)
        self.variables[draw] = Variable("noise")
        return Apply("multiply", (Symbol(sigma), Symbol(draw)))

    def kept_in_domain(self, part: Section, slope: Expression) -> Expression:
        """Return the derivative of a state that stays in its domain, if the file says that it does.

        Files of TVBO before 0.5 say so by `boundaries`.
        """
        kind, domain = enforced(part)
        if part.has("boundaries") and part.has("domain"):
            self.dynamics.omissions.add("domain", part.kind, part.name)
        if domain is None or kind in ("", "none"):
            if domain is not None:
                self.dynamics.omissions.add("domain", part.kind, part.name)
            return slope
        if kind not in ("clamp", "wrap"):
            raise domain.refusal(f"It is enforced by '{kind}'; clamp, wrap and none are read.", "enforce")
        if self.modes > 1:
            raise domain.refusal("It is enforced on a state with several modes, and events change single values.")
        domain.ignore("step", "n", "log_scale", "lo", "hi")
        part.ignore("domain", "boundaries")
        variable = self.variables[part.name]
        start = float(variable.value)  # type: ignore[arg-type]  # declare_states gave it a number
        self.variables[part.name] = evolve(variable, value=start_within(part, start))
        if kind == "wrap":
            self.held += wrapping(domain, part.name)
            return slope
        bounds = read_bounds(domain, part.name)
        domain.close()
        return slope if bounds is None else self.clamped(part, bounds, slope)

    def clamped(self, part: Section, bounds: Bounds, slope: Expression) -> Expression:
        """Return the derivative of a state that does not leave its bounds."""
        name = slope_name(part.name)
        if name in self.scope.variables:
            raise part.error(f"There is a variable '{name}', which its derivative without bounds would be called.")
        self.variables[name] = Variable("variable")
        self.slopes.append(f"{name} = {to_text(slope)}")
        self.held += bounds.events()
        return parse_expression(bounds.derivative(), self.variables, where=part.subject)

    def describe(self, key: str, part: Section) -> None:
        """Keep meaning and unit of a variable, and report the rest."""
        texts: list[Any] = [part.text(name) for name in ("label", "definition", "description", "comment")]
        found = [text for text in texts if text and text.strip()]
        # a definition that begins as the description does says it at more length
        meaning = max(found, key=len, default="")
        if meaning:
            self.meanings[key] = meaning
        if unit := part.text("unit"):
            self.units[key] = unit
        part.ignore("symbol", "datatype", "record")
        if part.flag("variable_of_interest") is False:  # which is what TVBO records; in rates, `outputs` are
            part.omissions.add("variable_of_interest", part.kind, part.name)
        if part.tree is not self.dynamics.tree:
            part.close()

    def description(self) -> str:
        """Return the description of the operator."""
        dynamics = self.dynamics
        references = dynamics.texts("references") + dynamics.texts("has_reference") + dynamics.texts("source")
        said = Description("", self.meanings, self.units, tuple(dict.fromkeys(references)))
        return said.beyond(dynamics.text("description").strip())
