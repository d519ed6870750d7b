"""What the values of findings and answers are called, in both languages, wherever they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kader.analysis.findings import RequirementStatus, Status
from kader.framework.rules import Strength, Truth
from kader.text import Text

STATUS: Final[Mapping[Status, Text]] = {
    Status.REQUIRED: Text("verplicht", "required"),
    Status.RECOMMENDED: Text("aanbevolen", "recommended"),
    Status.NOT_REQUIRED: Text("niet verplicht", "not required"),
    Status.UNDETERMINED: Text("nog niet te bepalen", "undetermined"),
    Status.NOT_APPLICABLE: Text("niet van toepassing", "not applicable"),
    Status.COVERED: Text("afgedekt", "covered"),
}

REQUIREMENT: Final[Mapping[RequirementStatus, Text]] = {
    RequirementStatus.MET: Text("voldaan", "met"),
    RequirementStatus.PARTLY: Text("deels voldaan", "partly met"),
    RequirementStatus.NOT_MET: Text("niet voldaan", "not met"),
    RequirementStatus.NOT_APPLICABLE: Text("niet van toepassing", "not applicable"),
    RequirementStatus.OPEN: Text("open", "open"),
}

TRUTH: Final[Mapping[Truth, Text]] = {
    Truth.YES: Text("ja", "yes"),
    Truth.NO: Text("nee", "no"),
    Truth.UNKNOWN: Text("onbekend", "unknown"),
}

CHECK: Final[Mapping[str | None, Text]] = {
    "yes": Text("ja", "yes"),
    "partly": Text("deels", "partly"),
    "no": Text("nee", "no"),
    "na": Text("niet van toepassing", "not applicable"),
    None: Text("onbeantwoord", "not answered"),
}

STRENGTH: Final[Mapping[Strength, Text]] = {
    Strength.LAW: Text("wet", "law"),
    Strength.AP_LIST: Text("lijst van de AP", "list of the Dutch authority (AP)"),
    Strength.GUIDANCE: Text("richtsnoer", "guidance"),
    Strength.POLICY: Text("beleid", "policy"),
}

NAMELESS: Final = Text("(naam ontbreekt)", "(no name given)")

NOT_SCORED: Final = Text("nog niet gescoord", "not scored yet")
