"""What becomes of a case: claimed and right, not claimed and refused, or neither."""

from __future__ import annotations

import warnings

import pytest
from attrs import evolve
from rates_core.errors import ArgumentError, PluginError, UnsupportedFeatureError
from rates_core.plugins import BackendSpec, Capabilities, Requirements
from rates_core.programs.program import Backend, ProgramRequest
from rates_core.testing import Case, MismatchError, backend_tests, check
from rates_core.testing.check import backend_subject, check_backend, outcome_of
from rates_core.testing.injection import injected_backend
from rates_core.testing.parts import single
from rates_core.testing.report import Outcome


class Dummy(Backend):
    """A backend that makes nothing."""

    def program(self, request, options):
        return None

    def jacobian(self, linearisation):
        return None

    def function(self, request):
        return None

    def load(self, source, name):
        return None


@pytest.fixture
def subject():
    spec = BackendSpec("dummy", "a:b", summary="-", capabilities=Capabilities())
    return backend_subject(injected_backend(spec, Dummy))


def raising(error):
    def check(subject):
        raise error

    return check


def case(check, **needs):
    return Case("family", "it holds", check, needs=Requirements(**needs))


def test_what_is_claimed_and_right_has_passed(subject):
    assert outcome_of(subject, case(lambda subject: None)) == Outcome("family", "it holds", "passed")


def test_what_is_claimed_and_wrong_has_failed_with_the_mismatch_as_text(subject):
    outcome = outcome_of(subject, case(raising(MismatchError("x is 1.0 instead of 2.0."))))
    assert outcome == Outcome("family", "it holds", "failed", "x is 1.0 instead of 2.0.")


def test_any_other_error_is_a_failure_that_says_where_it_was_raised(subject):
    outcome = outcome_of(subject, case(raising(KeyError("gone"))))
    assert outcome.result == "failed"
    assert outcome.text.startswith("KeyError: 'gone' (raised in check, line ")


def test_a_warning_is_a_failure(subject):
    outcome = outcome_of(subject, case(lambda subject: warnings.warn("overflow", RuntimeWarning, stacklevel=2)))
    assert outcome.text.startswith("RuntimeWarning: overflow (raised in ")


REFUSAL = "The backend 'dummy' does not support what this model needs: complex values. No installed backend does."


def test_what_is_not_claimed_and_refused_by_name_is_a_refusal(subject):
    outcome = outcome_of(subject, case(raising(UnsupportedFeatureError(REFUSAL)), complex=True))
    assert outcome == Outcome("refusals", "family: it holds", "refused")


WRONG_REFUSALS = [
    (
        lambda subject: None,
        "Not claimed is: complex values. It was not refused, and the numbers are right.",
    ),
    (
        raising(MismatchError("x is 1.0 instead of 1j.")),
        "Not claimed is: complex values. Instead of a refusal there was MismatchError: x is 1.0 instead of 1j.",
    ),
    (
        raising(UnsupportedFeatureError("No.")),
        "The refusal does not begin with \"The backend 'dummy' does not support what this model needs: \": No.",
    ),
    (
        raising(UnsupportedFeatureError(REFUSAL.replace("complex values", "noise"))),
        f"The refusal does not name what is missing, complex values: {REFUSAL.replace('complex values', 'noise')}",
    ),
]


@pytest.mark.parametrize(("check", "text"), WRONG_REFUSALS)
def test_what_is_not_claimed_and_not_refused_by_name_has_failed(check, text, subject):
    assert outcome_of(subject, case(check, complex=True)) == Outcome("refusals", "family: it holds", "failed", text)


def test_a_refusal_after_code_was_generated_has_failed(subject):
    from rates_core.network.build import build_network
    from rates_core.system.build import build_system

    def late(subject):
        system = build_system(build_network(single("z' = I*z", z="output(1.0+0j)"), True))
        subject.watched.program(ProgramRequest(system), {})
        raise UnsupportedFeatureError(REFUSAL)

    outcome = outcome_of(subject, case(late, complex=True))
    assert outcome.text == "Code was generated for complex values before it was refused."


def test_functions_that_are_not_claimed_may_be_refused_in_any_case():
    spec = BackendSpec("dummy", "a:b", summary="-", capabilities=Capabilities(functions={"add"}))
    subject = backend_subject(injected_backend(spec, Dummy))
    text = "The backend 'dummy' does not support what this model needs: {}. No installed backend does."
    only = outcome_of(subject, case(raising(UnsupportedFeatureError(text.format("the function 'sin'")))))
    assert only == Outcome("refusals", "family: it holds", "refused")
    claimed = outcome_of(subject, case(raising(UnsupportedFeatureError(text.format("the function 'add'")))))
    assert claimed.result == "failed"
    more = outcome_of(subject, case(raising(UnsupportedFeatureError(text.format("the function 'sin', noise")))))
    assert more.result == "failed"


def test_an_expected_failure_has_to_fail(subject):
    failing, passing = case(raising(MismatchError("wrong"))), case(lambda subject: None)
    assert outcome_of(subject, failing, "its erf has 7 digits").result == "expected failure"
    text = "It passes, but was expected to fail: its erf has 7 digits"
    assert outcome_of(subject, passing, "its erf has 7 digits") == Outcome("family", "it holds", "failed", text)


def test_a_case_whose_delay_strategy_is_missing_is_not_run(subject, monkeypatch):
    class Nothing:
        def delay_strategies(self):
            return {}

    monkeypatch.setattr(check, "get_manager", Nothing)
    able = evolve(subject, backend=evolve(subject.backend, capabilities=Capabilities(delays={"ring"})))
    outcome = outcome_of(able, case(lambda subject: None, delays={"ring"}))
    assert outcome == Outcome("family", "it holds", "not run", "The delay strategy 'ring' is not installed.")
    assert outcome_of(subject, case(raising(UnsupportedFeatureError("No.")), delays={"ring"})).result == "failed"


def test_a_backend_whose_tool_is_missing_is_not_tested():
    spec = BackendSpec("dummy", "a:b", summary="-", probe="rates_core.testing.oracle:Oracle")
    with pytest.raises(PluginError) as caught:
        backend_subject(spec)  # any answer that is not None says that a tool is missing
    assert str(caught.value).startswith("The backend 'dummy' cannot be tested here: Oracle(")


def test_unknown_families_and_cases_are_refused(monkeypatch):
    monkeypatch.setattr(check, "backend_subject", lambda *arguments: None)
    with pytest.raises(ArgumentError) as caught:
        check_backend("numpy", families=["orderz"])
    assert str(caught.value) == "There is no family of cases 'orderz'. Did you mean 'orders'?"
    with pytest.raises(ArgumentError) as caught:
        check_backend("numpy", expected_failures={"orders: rk4 has its ordr": "why"})
    assert str(caught.value) == (
        "There is no case 'orders: rk4 has its ordr'. Did you mean 'orders: rk4 has its order'?"
    )


def test_tests_of_pytest_know_their_cases_before_they_run():
    with pytest.raises(ValueError, match="There is no case 'orders: rk4 has its ordr'"):
        backend_tests("numpy", expected_failures={"orders: rk4 has its ordr": "why"})
    test = backend_tests("numpy", expected_failures={"orders: rk4 has its order": "why"})
    (mark,) = test.pytestmark
    params = {param.id: param.marks for param in mark.args[1]}
    assert [m.kwargs for m in params["orders: rk4 has its order"]] == [{"strict": True, "reason": "why"}]
    assert not params["orders: heun has its order"]
