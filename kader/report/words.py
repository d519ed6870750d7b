"""The fixed words of reports, tables and the command line: names of statuses and headings, in both languages."""

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

ALGORITHM_STATUS: Final[Mapping[str | None, Text]] = {
    "development": Text("in ontwikkeling", "in development"),
    "in_use": Text("in gebruik", "in use"),
    "retired": Text("buiten gebruik", "no longer in use"),
    None: Text("onbekend", "unknown"),
}

CATEGORY: Final[Mapping[str | None, Text]] = {
    "high_risk": Text("hoog-risico-AI-systeem", "high-risk AI system"),
    "impactful": Text("impactvol algoritme", "impactful algorithm"),
    "other": Text("overig algoritme", "other algorithm"),
    None: Text("onbekend", "unknown"),
}

MEASURE: Final[Mapping[str, Text]] = {
    "planned": Text("gepland", "planned"),
    "in_progress": Text("in uitvoering", "in progress"),
    "done": Text("uitgevoerd", "done"),
    "dropped": Text("vervallen", "dropped"),
}

GAP: Final[Mapping[str, Text]] = {
    "missing": Text("ontbreekt", "missing"),
    "contradiction": Text("tegenspraak", "contradiction"),
    "deviation": Text("afwijking", "deviation"),
}

SECTION: Final[Mapping[str, Text]] = {
    "overview": Text("Overzicht", "Overview"),
    "verdicts": Text("Uitkomsten van de pre-scan", "Verdicts of the pre-scan"),
    "facts": Text("Feiten en antwoorden", "Facts and answers"),
    "requirements": Text("Vereisten", "Requirements"),
    "risks": Text("Risico's en maatregelen", "Risks and measures"),
    "actions": Text("Wat nog moet gebeuren", "What remains to be done"),
    "decisions": Text("Adviezen en besluiten", "Advice and decisions"),
    "processing": Text("De verwerking", "The processing"),
    "register": Text("Zoals het in het register staat", "As the register has it"),
    "provenance": Text("Verantwoording", "Provenance"),
}

PART: Final[Mapping[str, Text]] = {
    "facts": Text("Pre-scan", "Pre-scan"),
    "prescan": Text("Pre-scan", "Pre-scan"),
    "checks": Text("Vereisten", "Requirements"),
    "requirements": Text("Vereisten", "Requirements"),
    "processing": Text("Verwerking", "Processing"),
    "risks": Text("Risico's", "Risks"),
    "measures": Text("Maatregelen", "Measures"),
    "decisions": Text("Besluiten", "Decisions"),
    "algorithm": Text("Algoritme", "Algorithm"),
    "evidence": Text("Metingen", "Measurements"),
}

NAMELESS: Final = Text("(naam ontbreekt)", "(no name given)")
NO_ORGANISATION: Final = Text("(organisatie ontbreekt)", "(no organisation given)")
