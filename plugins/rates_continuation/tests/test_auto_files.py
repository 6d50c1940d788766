"""What Auto-07p writes is read whole, however Fortran has written its numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from rates_continuation.auto.constants import text
from rates_continuation.auto.diagnostics import spectra
from rates_continuation.auto.numerals import integer, real, reals
from rates_continuation.auto.solutions import hopf_point, solutions
from rates_continuation.auto.tables import kind_of, rows


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1.5", 1.5),
        ("-2.3380908854E+000", -2.3380908854),
        ("1.0-100", 1e-100),
        ("-2.05071-106", -2.05071e-106),
        ("1.79769+308", 1.79769e308),
        ("4.5D-03", 4.5e-3),
        ("1.0d5", 1e5),
        ("1.", 1.0),
        ("1.-12", 1e-12),
        ("-Infinity", -math.inf),
    ],
)
def test_numbers_are_read_however_fortran_writes_them(written: str, value: float) -> None:
    assert real(written) == value
    assert reals([written, "1.0"]).tolist() == [value, 1.0]


@pytest.mark.parametrize("written", ["NaN", "*******", "", "1.0+2.0", "BR"])
def test_what_is_no_number_is_nan(written: str) -> None:
    assert math.isnan(real(written))
    assert np.isnan(reals([written, "1.0-300"])).tolist() == [True, False]


def test_an_integer_that_did_not_fit_is_another_one() -> None:
    assert (integer("-12"), integer("****"), integer("****", 7)) == (-12, 0, 7)


TABLE = """\
   0  -1.7976+308  1.7976+308 -1.7976+308  1.7976+308
   0   NDIM=   2   IPS =   1   IRS =   0   ILP =   1
   0
   0    PT  TY  LAB    PAR(1)              L2-NORM               U(1)               U(2)       \n\
   1    -1   9    1 -5.0000000000E+000  2.1079323862E+000  7.6842012414E-002 -2.0711969675E-120
   1    -2   0    0 -4.9806735978E+000  2.1031428582E+000                NaN -2.0661402240+101
  -1     3  13  *** -4.9661814841E+000  *****************  7.7172082157E-002  0.0000000000E+000
   1    -4  -4    4 -4.0000000000E+000  2.0000000000E+000  7.7172082157E-002  0.0000000000E+000
"""


def test_every_point_of_a_table_is_read() -> None:
    found = list(rows(TABLE))
    assert [(row.branch, row.number, row.stable, row.kind, row.label) for row in found] == [
        (1, 1, True, "EP", 1),
        (1, 2, True, "", 0),
        (1, 3, False, "HB", 0),
        (1, 4, True, "UZ", 4),
    ]
    assert found[0].values.tolist() == [-5.0, 2.1079323862, 7.6842012414e-2, -2.0711969675e-120]
    assert found[1].values[3] == -2.066140224e101
    assert np.isnan(found[1].values).tolist() == [False, False, True, False]
    assert np.isnan(found[2].values).tolist() == [False, True, False, False]


def test_types_have_the_names_that_auto_gives_them() -> None:
    names = {
        1: "BP",
        2: "LP",
        3: "HB",
        5: "LP",
        6: "BP",
        7: "PD",
        8: "TR",
        9: "EP",
        -9: "MX",
        -4: "UZ",
        4: "",
        22: "LP",
    }
    assert {number: kind_of(number) for number in names} == names
    assert kind_of(-22) == ""


SOLUTION = """\
     1    36     3    13     1     1       1     5       5    1    0    8    0    4    1    0
      0.0000000000E+000  1.5976796627E-001 -9.9616304075E-001  7.9883983134E-001 -4.4124124809E-129
    4
      5.6917962647E-001
      1.0208118897E-001  6.3647447329E-001  5.1040594487E-001  4.1373987602E-022
      1.5000000000E+001  1.0000000000E+000  1.0000000000E+000 -2.3380908884E+000  5.0000000000E-001  1.0 2.0 3.0
"""
CYCLE = """\
     2    40    -9    14     2     1       3     2      10    2    1   12    0    1    2    0
      0.0000000000E+000  1.0000000000E+000
      0.5000000000E+000  -1.0000000000E+000
      1.0000000000E+000  1.0000000000E+000
    1   11
      0.2500000000E+000  0.7500000000E+000
      0.1000000000E+000
      0.2000000000E+000
      0.3000000000E+000
      1.0 2.0 3.0 4.0 5.0 6.0 7.0
      8.0 9.0 0.0 6.2500000000E+000 0.0
"""


def test_solutions_are_read_whole_one_after_another() -> None:
    point, cycle = solutions(SOLUTION + CYCLE)
    assert (point.branch, point.type, point.label, point.intervals) == (1, 3, 13, 0)
    assert point.profile.tolist() == [[1.5976796627e-1, -9.9616304075e-1, 7.9883983134e-1, -4.4124124809e-129]]
    assert (point.free, point.by_parameters.tolist()) == ((4,), [0.56917962647])
    assert point.by_states.tolist() == [[1.0208118897e-1, 6.3647447329e-1, 5.1040594487e-1, 4.1373987602e-22]]
    assert point.parameters.tolist() == [15.0, 1.0, 1.0, -2.3380908884, 0.5, 1.0, 2.0, 3.0]
    assert (cycle.branch, cycle.type, cycle.label, cycle.intervals, cycle.degree) == (2, -9, 14, 2, 1)
    assert cycle.times.tolist() == [0.0, 0.5, 1.0]
    assert cycle.profile.tolist() == [[1.0], [-1.0], [1.0]]
    assert (cycle.free, cycle.by_parameters.tolist()) == ((1, 11), [0.25, 0.75])
    assert cycle.by_states.tolist() == [[0.1], [0.2], [0.3]]
    assert cycle.period == 6.25


@pytest.mark.parametrize("lines", [1, 4, 9])
def test_a_solution_that_was_not_written_to_its_end_is_left_out(lines: int) -> None:
    cut = "".join(CYCLE.splitlines(keepends=True)[:lines])
    assert [found.label for found in solutions(SOLUTION + cut)] == [13]


def test_what_is_written_as_a_start_is_read_again() -> None:
    x, parameters = np.arange(9) / 7, np.arange(36) / 13
    (found,) = solutions(hopf_point(x, parameters))
    assert kind_of(found.type) == "HB"
    assert found.profile.tolist() == [x.tolist()]
    assert found.parameters.tolist() == parameters.tolist()
    assert found.period == 10 / 13


DIAGNOSTICS = """\
   1     1         Hopf Function:  -9.98475E-02

   1     1         Eigenvalues  :   Stable:   2
   1     1         Eigenvalue  1:  -9.98475E-02  -2.32042E-02
   1     1         Eigenvalue  2:  -9.98475E-02   2.32042E-02

  BR    PT  TY  LAB      eta         L2-NORM
   1    -1  EP    1  -5.00000E+00   2.10793E+00
===============================================

  BR    PT  IT         PAR           L2-NORM
   1     2   0       -4.99034E+00   2.10554E+00

   1     2         Eigenvalues  :   Stable:   2
   1     2         Eigenvalue  1:  -7.00000E-02   0.00000E+00
   1     2         Eigenvalue  2:  -8.00000E-02   0.00000E+00
 ==> Location of special point :  Iteration   0  Step size =   5.33345E-02
   1     2         Eigenvalues  :   Stable:   2
   1     2         Eigenvalue  1:  -1.00000-101   0.00000E+00
   1     2         Eigenvalue  2:           NaN   0.00000E+00

  BR    PT  TY  LAB      eta         L2-NORM
   1    -2  LP    2  -5.00000E+00   2.10793E+00

  BR    PT  TY  LAB      eta         L2-NORM        MAX r
 -13     1        0  -2.33809E+00   1.28686E+00   1.59768E-01

  13     2         Multipliers:     Stable:   1
  13     2         Multiplier  1    1.00000E+00   0.00000E+00  Abs. Val.   1.00000E+00
  13     2         Multiplier  2    1.79769+308   1.79769+308  Abs. Val.      Infinity

  BR    PT  TY  LAB      eta         L2-NORM        MAX r
 -13     2        0  -2.33824E+00   1.28694E+00   1.61817E-01
"""


def test_each_point_has_the_spectrum_that_was_printed_last_before_it() -> None:
    one, other, without, multipliers = spectra(DIAGNOSTICS)
    assert one.tolist() == [-0.0998475 - 0.0232042j, -0.0998475 + 0.0232042j]
    assert other[0] == -1e-101
    assert np.isnan(other[1])
    assert without.tolist() == []
    assert multipliers.tolist() == [1.0, 1.79769e308 + 1.79769e308j]


def test_constants_are_written_as_auto_reads_them() -> None:
    written = text({"ICP": [1, 11], "UZSTOP": {1: [-10.0, 5.0], 11: 1e3}, "s": "start", "NTST": 60, "DS": -1e-05})
    lines = written.splitlines()
    assert lines[0] == "NTST = 60"
    assert lines[-4:] == ["ICP = [1, 11]", "UZSTOP = {1: [-10.0, 5.0], 11: 1000.0}", "s = 'start'", "DS = -1e-05"]
