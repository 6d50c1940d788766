"""Versions of TVBO's schema, as files name them: `tvb-datamodel/0.7.0`."""

from __future__ import annotations

import re

from rates_tvbo.section import Section

#: The one that tvbo 0.5.3 writes.
KNOWN = (0, 7)
_VERSION = re.compile(r"tvb-datamodel/(\d+)\.(\d+)(?:\.\S*)?")


def check_version(section: Section) -> None:
    """Report a file of a newer version of the schema.

    Raises:
        ModelFileError: it is a file of another schema.
    """
    version = section.text("schema_version")
    match = _VERSION.fullmatch(version)
    known = ".".join(map(str, KNOWN))
    if version and not match:
        raise section.error(
            f"The schema_version is '{version}'; that of files of TVBO is as 'tvb-datamodel/{known}.0'.",
            "schema_version",
        )
    if match and (int(match[1]), int(match[2])) > KNOWN:
        section.omissions.add(
            f"what is new in the schema '{version}', which is newer than {known}", section.kind, section.name
        )
