"""Files: which are of NeuroML or LEMS, what they include, and what others are refused for."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from rates_core.cli.main import main
from rates_core.errors import ArgumentError, ModelFileError, OmissionWarning, UnknownNameError
from rates_core.plugins import get_manager
from rates_core.templates.experiment import Experiment
from rates_neuroml import places, read_component, read_experiment
from rates_neuroml.document import is_neuroml
from rates_neuroml.reader import read

from rates_core import CircuitTemplate

Writer = Callable[..., Path]

TYPE = """
<ComponentType name="leak">
  <Parameter name="tau" dimension="time"/>
  <Dynamics><StateVariable name="x" dimension="none"/><TimeDerivative variable="x" value="(1 - x)/tau"/></Dynamics>
</ComponentType>
"""
ONE = TYPE + '<leak id="c" tau="20ms"/>'
NML = 'neuroml xmlns="http://www.neuroml.org/schema/neuroml2"'


@pytest.fixture(autouse=True)
def _no_pyneuroml(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files be found where the test puts them, whatever is installed."""
    monkeypatch.setattr(places, "find_spec", lambda name: None)
    monkeypatch.delenv(places.VARIABLE, raising=False)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "<Lems/>",
        '<Lems xmlns="http://www.neuroml.org/lems/0.7.6"/>',
        '<?xml version="1.0"?>\n<!-- a --><neuroml xmlns="http://www.neuroml.org/schema/neuroml2"/>',
        "\ufeff<neuroml/>",
    ],
)
def test_files_are_recognised_by_their_root(tmp_path: Path, text: str) -> None:
    assert is_neuroml(write(tmp_path / "a.xml", text))


@pytest.mark.parametrize(
    "text",
    ['<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core"/>', "<Lems>", "a: 1", "", "<html/>", "<morphml/>"],
)
def test_other_files_are_not(tmp_path: Path, text: str) -> None:
    assert not is_neuroml(write(tmp_path / "a.xml", text))


def test_the_format_is_found_by_endings_and_content(file: Writer) -> None:
    assert get_manager().format("neuroml").distribution == "rates-neuroml"
    assert CircuitTemplate.from_file(file(ONE)) == CircuitTemplate.from_file(file(ONE), format="neuroml")


def test_convert_goes_from_lems_to_rates_and_back(file: Writer, capsys, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    file(ONE, "a.xml")
    assert main(["convert", "a.xml", "b.yaml"]) == 0
    assert main(["convert", "b.yaml", "a.lems.xml"]) == 0
    assert main(["convert", "a.lems.xml", "c.yaml"]) == 0
    assert capsys.readouterr().out == (
        "b.yaml: CircuitTemplate 'a' in the format yaml\n"
        "a.lems.xml: CircuitTemplate 'a' in the format neuroml\n"
        "c.yaml: CircuitTemplate 'a' in the format yaml\n"
    )
    assert Path("b.yaml").read_bytes() == Path("c.yaml").read_bytes()


WRONG = {
    '<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core"/>': (
        "{} is no file of NeuroML or LEMS. It looks like SBML."
    ),
    "<note/>": "{} is no file of NeuroML or LEMS. Its root is <note>.",
    "name: D": "{} is no file of NeuroML or LEMS. It is no XML.",
    "<Lems>\n<a>": "{}, line 2: It is no XML: no element found.",
    '<!DOCTYPE a [<!ENTITY b "c">]><Lems/>': (
        "{}, line 1: It declares entities of its own, which are not read. Write the text itself."
    ),
    '<neuroml xmlns="http://morphml.org/neuroml/schema"/>': (
        "{}, line 1: It is NeuroML 1; NeuroML 2 is read, 'http://www.neuroml.org/schema/neuroml2'. pyNeuroML converts "
        "files "
        "of version 1."
    ),
    '<channelml xmlns="http://morphml.org/channelml/schema"/>': (
        "{}, line 1: It is NeuroML 1; NeuroML 2 is read, 'http://www.neuroml.org/schema/neuroml2'. pyNeuroML converts "
        "files "
        "of version 1."
    ),
    '<neuroml xmlns="http://www.neuroml.org/schema/neuroml3"/>': (
        "{}, line 1: It is a version of NeuroML that is not known, 'http://www.neuroml.org/schema/neuroml3'; NeuroML 2 "
        "is "
        "read, 'http://www.neuroml.org/schema/neuroml2'. pyNeuroML converts files of version 1."
    ),
    '<Lems xmlns="http://example.org/lems"/>': (
        "{}, line 1: <Lems> is of 'http://example.org/lems', which is no version of LEMS; those are "
        "'http://www.neuroml.org/lems/…'."
    ),
    "<Lems/>": "{} defines no component with dynamics, and none is its Target; there is nothing to run.",
    '<Lems><Target component="a"/></Lems>': "{}, line 1: There is no component 'a'.",
    "<Lems><Include/></Lems>": "{}, line 1: <Include> has no 'href'.",
    '<Lems>\n<Unit symbol="mV" dimension="voltage" power="milli"/></Lems>': (
        "{}, line 2: 'power' of the unit 'mV' is a whole number, 'scale' and 'offset' are numbers."
    ),
    '<Lems>\n<Dimension name="voltage" m="one"/></Lems>': (
        "{}, line 2: Exponents of the dimension 'voltage' are numbers."
    ),
}


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_file_is_told_what_it_looks_like(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "a.xml", text)
    with pytest.raises(ModelFileError) as caught:
        read(path)
    assert str(caught.value) == WRONG[text].format(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError) as caught:
        read(tmp_path / "none.xml")
    assert str(caught.value) == f"{tmp_path / 'none.xml'} cannot be read: No such file or directory."


def test_included_files_are_beside_the_file_or_where_the_user_says(file: Writer, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "types").mkdir()
    file(TYPE + '<Include file="./leak.xml"/>', "types/leak.xml")
    path = file('<Include file="leak.xml"/><leak id="c" tau="1ms"/>')
    expected = read_component(path, "c", include=[tmp_path / "types"])
    with zipfile.ZipFile(tmp_path / "types.zip", "w") as archive:
        archive.write(tmp_path / "types/leak.xml", "NeuroML2CoreTypes/leak.xml")
    assert read_component(path, "c", include=[str(tmp_path / "types.zip")]) == expected
    text = os.pathsep.join([str(tmp_path), str(tmp_path / "types")])
    assert CircuitTemplate.from_file(path, component="c", include=text) == expected
    monkeypatch.setenv(places.VARIABLE, str(tmp_path / "types"))
    assert read_component(path, "c") == expected
    assert read(path).nodes == expected.nodes


def test_a_file_of_neuroml_includes_the_types_of_neuroml_by_itself(file: Writer, tmp_path: Path) -> None:
    (tmp_path / "types").mkdir()
    file(TYPE, "types/NeuroML2CoreTypes.xml")
    path = write(tmp_path / "a.nml", f'<{NML}><leak id="c" tau="1ms"/></neuroml>')
    assert list(read_component(path, "c", include=[tmp_path / "types"]).nodes) == ["c"]


def test_types_of_pynn_are_included_where_they_are_needed(file: Writer, tmp_path: Path) -> None:
    (tmp_path / "types").mkdir()
    file("", "types/NeuroML2CoreTypes.xml")
    file(TYPE, "types/PyNN.xml")
    path = write(tmp_path / "a.nml", f'<{NML}><leak id="c" tau="1ms"/></neuroml>')
    assert list(read_component(path, "c", include=[tmp_path / "types"]).nodes) == ["c"]


def test_a_file_that_is_not_found_comes_with_where_types_are(tmp_path: Path) -> None:
    path = write(tmp_path / "a.nml", f'<{NML}><leak id="c" tau="1ms"/></neuroml>')
    with pytest.raises(ModelFileError) as caught:
        read_component(path, "c", include=[tmp_path])
    assert str(caught.value) == (
        f"{path}, line 1: 'NeuroML2CoreTypes.xml' is not there (looked for beside the file, {tmp_path}). The types of "
        f"NeuroML come with pyNeuroML: 'pip install pyneuroml', or name the folder NeuroML2CoreTypes by "
        "include=[folder] or by the variable RATES_NEUROML_PATH."
    )


def test_places_that_are_none_are_told(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError) as caught:
        read_component(tmp_path / "a.xml", "c", include=[tmp_path / "none"])
    assert str(caught.value) == (
        f"include names '{tmp_path / 'none'}', which is no folder and no archive (.jar, .zip, .whl)."
    )
    with pytest.raises(ArgumentError) as caught:
        read_component(tmp_path / "a.xml", "c", include=3)
    assert str(caught.value) == "include lists folders and archives, as ['types']; it is 3."


def test_an_unknown_component_comes_with_those_that_are_there(file: Writer) -> None:
    path = file(ONE)
    for name, rest in (("d", " It has c."), ("cc", " Did you mean 'c'?")):
        with pytest.raises(UnknownNameError) as caught:
            read_component(path, name)
        assert str(caught.value) == f"{path} has no component '{name}'.{rest}"


def test_a_file_without_a_simulation_has_no_settings(file: Writer) -> None:
    path = file(ONE)
    experiment = read_experiment(path)
    assert experiment.settings == {}
    assert experiment.circuit == read(path)
    with pytest.raises(ArgumentError) as caught:
        experiment.run(simulation_time=1.0)
    assert str(caught.value) == "The file does not say 'step_size'; give it, as in run(step_size=...)."


def test_a_component_is_run_for_the_time_of_the_file(file: Writer) -> None:
    simulation = """
  <Target component="run"/>
  <ComponentType name="Simulation">
    <Parameter name="length" dimension="time"/><Parameter name="step" dimension="time"/>
    <ComponentReference name="target" type="Component"/><Children name="columns" type="OutputColumn"/>
    <Simulation><Run component="target" variable="t" increment="step" total="length"/></Simulation>
  </ComponentType>
  <ComponentType name="OutputColumn"><Path name="quantity"/></ComponentType>
  <Simulation id="run" length="2s" step="0.5s" target="c"><OutputColumn id="x" quantity="x"/></Simulation>"""
    path = file(TYPE + '<leak id="c" tau="1s"/><leak id="d" tau="2s"/>' + simulation)
    with pytest.warns(OmissionWarning):  # 'd', which is not run
        assert Experiment.from_file(path).settings == {
            "simulation_time": 2.0,
            "step_size": 0.5,
            "solver": "euler",
            "outputs": {"x": "c/leak/x"},
        }
    experiment = Experiment.from_file(path, component="d")
    assert experiment.settings == {"simulation_time": 2.0, "step_size": 0.5, "solver": "euler"}
    assert list(experiment.circuit.nodes) == ["d"]


def test_a_file_with_several_networks_asks_which(file: Writer) -> None:
    path = file('<ComponentType name="network"/><network id="a"/><network id="b"/>')
    with pytest.raises(ModelFileError) as caught:
        read(path)
    assert str(caught.value) == f"{path} has the networks 'a', 'b'; name one, as component='a'."
