"""The fixed words of reports, tables and the command line, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kader.text import Text

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

NO_ORGANISATION: Final = Text("(organisatie ontbreekt)", "(no organisation given)")
