"""Files of SBML: opened by libsbml, brought to level 3, and refused for what they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import libsbml
from rates_core.errors import ModelFileError, UnitsWarning, UnsupportedFeatureError, warn

from rates_sbml.omissions import Omissions

LEVEL = 3
#: What other XML of this field begins with.
OTHER_ROOTS = {"neuroml": "NeuroML", "Lems": "LEMS", "cellml": "CellML", "model": "CellML", "sedML": "SED-ML"}
#: An encoding that is not named is UTF-8, and species that a kinetic law names need no list of modifiers to be known.
TOLERATED = (libsbml.MissingXMLEncoding, libsbml.UndeclaredSpeciesRef)
UNITS_THAT_DIFFER = range(10500, 10600)  # of what libsbml says of units; the rest is that some are not given
MOST_MESSAGES = 5  # of libsbml that one error shows
#: Packages that add to the mathematics that the core of level 3, version 2, has anyhow.
PLAIN_PACKAGES = ("l3v2extendedmath",)


def is_sbml(path: str | Path) -> bool:
    """Tell whether the root element of a file is that of SBML; a file that cannot be read is none."""
    return root_of(Path(path)) == "sbml"


def root_of(file: Path) -> str:
    """Return the name of the root element of a file, without its prefix; an empty text if it is no XML."""
    log = libsbml.XMLErrorLog()  # which the stream writes to and does not keep alive
    stream = libsbml.XMLInputStream(str(file), True, "", log)
    token = stream.peek()
    while token.isText() and stream.isGood():
        stream.next()
        token = stream.peek()
    return str(token.getName()) if token.isStart() else ""


def open_document(file: Path, omissions: Omissions) -> Any:
    """Return the document of a file, brought to level 3.

    Raises:
        ModelFileError: it cannot be read, is malformed or no SBML; the text says what it looks like.
        UnsupportedFeatureError: its level or version, or a package that it requires, cannot be read.
    """
    try:
        file.open("rb").close()
    except OSError as error:
        raise ModelFileError(f"{file} cannot be read: {error.strerror}.") from None
    root = root_of(file)
    if root != "sbml":
        raise ModelFileError(f"{file} is no file of SBML, whose root element is 'sbml'.{_resemblance(file, root)}")
    document = libsbml.readSBMLFromFile(str(file))
    if document.getModel() is None and document.getLevel() > LEVEL:
        raise _unknown_level(file, document)
    check(document, file)
    if document.getModel() is None:
        raise ModelFileError(f"{file} holds no model.")
    if document.getLevel() == LEVEL:
        _put_together(document, file)
        _check_packages(document, file, omissions)
    if document.getLevel() == 1:
        for compartment in document.getModel().getListOfCompartments():
            compartment.setVolume(compartment.getVolume())  # which is 1 where it is not said, and at level 3 unknown
    if document.getLevel() < LEVEL and not document.setLevelAndVersion(LEVEL, 1, False):
        check(document, file)
        raise UnsupportedFeatureError(
            f"{file} is of level {document.getLevel()}, and libsbml cannot write it as one of level {LEVEL}."
        )
    return document


def check(document: Any, file: Path) -> None:
    """Raise for errors that libsbml has found.

    Raises:
        ModelFileError: there are some; the first are shown, with their lines.
        UnsupportedFeatureError: libsbml does not know the level or version.
    """
    log = document.getErrorLog()
    found = [log.getError(number) for number in range(log.getNumErrors())]
    errors = [
        one for one in found if one.getSeverity() >= libsbml.LIBSBML_SEV_ERROR and one.getErrorId() not in TOLERATED
    ]
    if any(one.getErrorId() in (libsbml.InvalidSBMLLevelVersion, libsbml.InvalidNamespaceOnSBML) for one in errors):
        raise _unknown_level(file, document)
    if errors:
        lines = [_line(one) for one in errors[:MOST_MESSAGES]]
        more = [f"and {len(errors) - MOST_MESSAGES} more"] if len(errors) > MOST_MESSAGES else []
        raise ModelFileError("\n  ".join([f"{file} is no valid SBML:", *lines, *more]))


def _line(error: Any) -> str:
    """Return a message of libsbml: what it says of this file, else what the rule is."""
    rule, _, found = error.getMessage().strip().partition("\nReference: ")
    said = " ".join(found.partition("\n")[2].split()) or " ".join(rule.split())
    return f"line {error.getLine()}: {said}"


def _unknown_level(file: Path, document: Any) -> UnsupportedFeatureError:
    level, version = document.getLevel(), document.getVersion()
    return UnsupportedFeatureError(
        f"{file} is of level {level}, version {version}, or of a namespace that is not that of its level. Read are "
        "level 1, version 2, to level 3, version 2."
    )


def _put_together(document: Any, file: Path) -> None:
    """Make one model of one that is composed of others, by the package `comp`: `cell__A` is the `A` of `cell`.

    Raises:
        ModelFileError: the parts do not fit.
    """
    if document.getPlugin("comp") is None:
        return
    wanted = libsbml.ConversionProperties()
    for key, value in (("flatten comp", True), ("performValidation", False), ("leavePorts", False)):
        wanted.addOption(key, value)
    document.getErrorLog().clearLog()
    if document.convert(wanted) != libsbml.LIBSBML_OPERATION_SUCCESS:
        check(document, file)
        raise ModelFileError(f"{file} is composed of models that do not fit together (package 'comp' of SBML).")


def _check_packages(document: Any, file: Path, omissions: Omissions) -> None:
    for number in range(document.getNumPlugins()):
        name = document.getPlugin(number).getPackageName()
        if name in PLAIN_PACKAGES:
            continue
        if document.getPackageRequired(name):
            raise UnsupportedFeatureError(
                f"{file} requires the package '{name}' of SBML: without it its mathematics means something else. "
                "Read is what the core of SBML says."
            )
        omissions.add("what packages add that are not required", name)
    for number in range(document.getNumUnknownPackages()):
        uri = document.getUnknownPackageURI(number)
        omissions.add("what packages add that libsbml does not know", uri)


def _resemblance(file: Path, root: str) -> str:
    if root:
        return f" It looks like {OTHER_ROOTS.get(root, 'XML')}: its root element is '{root}'."
    if file.suffix.lower() in (".yaml", ".yml"):
        return " It looks like a model file of rates or TVBO: leave out the format, or read it with from_yaml."
    return " It is no XML."


def check_consistency(document: Any, file: Path) -> None:
    """Let libsbml check what a file says as a whole, and warn of units that do not match.

    Raises:
        ModelFileError: something contradicts the specification.
    """
    log = document.getErrorLog()
    log.clearLog()
    for category in (libsbml.LIBSBML_CAT_MODELING_PRACTICE, libsbml.LIBSBML_CAT_SBO_CONSISTENCY):
        document.setConsistencyChecks(category, False)
    document.checkConsistency()
    check(document, file)
    found = [log.getError(number) for number in range(log.getNumErrors())]
    lines = [_line(one) for one in found if one.getErrorId() in UNITS_THAT_DIFFER]
    if lines:
        warn("\n  ".join([f"Units do not match in {file}; numbers are taken as they stand:", *lines]), UnitsWarning)
