"""What was asked of a fit: from this a problem is posed, here or in another process."""

from __future__ import annotations

from typing import Any

from attrs import evolve, frozen
from rates_core.errors import SimulationError

from rates_fit.derivatives import derivatives_of
from rates_fit.losses import Loss
from rates_fit.posing import Setting, cases_of, priors_of
from rates_fit.problem import Problem


@frozen(eq=False)
class Question:
    """What was asked of a fit, which goes to other processes in place of compiled models.

    Attributes:
        model: a circuit, or its path.
        data: of experiments.
        parameters: paths, and their constraints.
        setting: how experiments are run.
        loss: of what is simulated and observed.
        priors: as the user gave them.
        derivatives: likewise.
        linearises: whether the fitter asks for derivatives of all rows.
        backends: on which the models of experiments run, once they are known.
    """

    model: Any
    data: Any
    parameters: Any
    setting: Setting
    loss: Loss
    priors: Any
    derivatives: Any
    linearises: bool
    backends: tuple[str, ...] = ()

    def posed(self) -> Problem:
        """Return the problem, with models that are compiled here.

        Raises:
            UnknownNameError, ArgumentError: as `fit` does.
            SimulationError: they run on other backends than where the problem was posed first.
        """
        space, cases = cases_of(self.model, self.data, self.parameters, self.setting)
        models = [case.course.model for case in cases]
        backends = tuple(model.choice.backend.name for model in models)
        if self.backends not in ((), backends):
            raise SimulationError(
                f"This process would fit with {_named(backends)}, and {_named(self.backends)} was chosen where the fit "
                "was asked for: the plugins that are installed differ. Install the same here."
            )
        engine = derivatives_of(self.derivatives, models, space.size, self.linearises)
        settled = evolve(self, backends=backends)
        return Problem(space, cases, self.loss, priors_of(self.priors, space), engine, asked=settled)

    def content(self, problem: Problem) -> dict[str, Any]:
        """Return all that the numbers of a fit depend on, by name, as values that are equal where these are."""
        named = [(item.name, item.path, item.transform, item.named.value) for item in problem.space.parameters]
        cases = [(case.name, case.observed, case.course) for case in problem.cases]
        return {
            "parameters": named,
            "data": [
                (name, one.times, [str(column) for column in one.columns], one.there, one.values, one.noise)
                for name, one, _ in cases
            ],
            "experiments": [(name, one.inputs, one.parameters, one.initial, one.seed) for name, _, one in cases],
            "settings": (self.setting, self.derivatives, self.backends),
            "loss": self.loss,
            "priors": problem.priors,
        }


def posed_again(asked: Question, horizon: float) -> Problem:
    """Return a problem as it was before it was sent, with an empty history."""
    problem = asked.posed()
    return problem if horizon == problem.horizon else problem.until(horizon)


def _named(backends: tuple[str, ...]) -> str:
    return " and ".join(f"'{name}'" for name in dict.fromkeys(backends))
