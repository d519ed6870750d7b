"""The widgets and the page in a real browser, under the content policy that the workbook is served with."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import expect

AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def question(page, path):
    return page.locator(f'[data-path="{path}"]')


def test_an_answer_reaches_python_is_acknowledged_and_survives_a_reload(dashboard, page):
    dashboard.open(page, "form", ".k-question", dossier="answer")
    asked = question(page, "facts/bsn/value")
    expect(asked.get_by_text("Beantwoord door De Vries")).to_be_visible()
    asked.get_by_label("ja", exact=True).check()
    expect(asked.get_by_text(re.compile(r"Opgeslagen \d\d:\d\d"))).to_be_visible()
    assert dashboard.kept("answer") == [["facts/bsn/value", "yes"]]
    page.reload()
    expect(question(page, "facts/bsn/value").get_by_label("ja", exact=True)).to_be_checked()


def test_every_kind_of_question_sends_its_own_kind_of_value(dashboard, page):
    dashboard.open(page, "form", ".k-question", dossier="kinds")
    steps = [
        ("processing/14.1/text", lambda q: q.get_by_label("Waarom nodig?").fill("Om te handhaven"), "Om te handhaven"),
        ("algorithm/people", lambda q: q.get_by_label("Hoeveel mensen?").fill("1200,5"), 1200.5),
        ("algorithm/begin", lambda q: q.get_by_label("Vanaf?").fill("2027-12-02"), "2027-12-02"),
        ("algorithm/themes", lambda q: q.get_by_label("Zorg").check(), ["b"]),
        ("risks/PR10/inherent/likelihood", lambda q: q.get_by_label("Van").select_option("laag"), "laag"),
        (
            "risks/PR10/inherent/likelihood",
            lambda q: q.get_by_label("Tot en met").select_option("hoog"),
            ["laag", "hoog"],
        ),
    ]
    for path, act, _ in steps:
        act(question(page, path))
        expect(question(page, path).locator(".k-status-saved")).to_be_visible()
    kept = dashboard.kept("kinds")
    for path, _, value in steps:
        assert [path, value] in kept
    people = question(page, "algorithm/people")
    people.get_by_label("Hoeveel mensen?").fill("veel")
    people.get_by_label("Hoeveel mensen?").blur()
    expect(people.get_by_text("Vul een getal in")).to_be_visible()
    assert ["algorithm/people", "veel"] not in dashboard.kept("kinds")


def test_a_proposal_can_be_accepted_or_deviated_from_with_a_reason(dashboard, page):
    dashboard.open(page, "form", ".k-question", dossier="accept")
    asked = question(page, "facts/large_scale/value")
    expect(asked.get_by_text("120.000 <b>vergunningen</b>")).to_be_visible()
    asked.get_by_role("button", name="Overnemen").click()
    expect(asked.get_by_label("ja", exact=True)).to_be_checked()
    expect(asked.get_by_text("Overgenomen.")).to_be_visible()
    assert dashboard.kept("accept") == [["facts/large_scale/value", "yes"]]

    dashboard.open(page, "form", ".k-question", dossier="deviate")
    asked = question(page, "facts/large_scale/value")
    asked.get_by_role("button", name="Afwijken met reden").click()
    asked.get_by_role("button", name="Opslaan").click()
    expect(asked.get_by_text("Vul een reden in.")).to_be_visible()
    assert dashboard.kept("deviate") == []
    asked.locator(".k-proposal textarea").fill("Het zijn er twaalf.")
    asked.get_by_role("button", name="Opslaan").click()
    expect(asked.get_by_label("nee", exact=True)).to_be_checked()
    expect(asked.locator(".k-status-saved").first).to_be_visible()
    assert dashboard.kept("deviate") == [
        ["facts/large_scale/reason", "Het zijn er twaalf."],
        ["facts/large_scale/value", "no"],
    ]
    page.reload()
    expect(question(page, "facts/large_scale/value").get_by_label("Reden")).to_have_value("Het zijn er twaalf.")


def test_the_form_works_by_keyboard_alone(dashboard, page):
    dashboard.open(page, "form", ".k-question", dossier="keys")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Naar de inhoud")).to_be_focused()
    page.keyboard.press("Enter")
    unknown = question(page, "facts/large_scale/value").get_by_label("onbekend")
    for _ in range(12):
        page.keyboard.press("Tab")
        if unknown.evaluate("node => node === document.activeElement"):
            break
    expect(unknown).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(question(page, "facts/large_scale/value").get_by_label("nee", exact=True)).to_be_checked()
    expect(question(page, "facts/large_scale/value").locator(".k-status-saved")).to_be_visible()
    assert dashboard.kept("keys") == [["facts/large_scale/value", "no"]]


@pytest.mark.parametrize(
    ("text", "said"),
    [("kapot", "Er ging iets mis bij het opslaan"), ("weiger", "De schijf is vol.")],
)
def test_what_cannot_be_saved_says_so_and_stays(dashboard, page, text, said):
    dashboard.open(page, "form", ".k-question", dossier=text)
    asked = question(page, "processing/14.1/text")
    asked.get_by_label("Waarom nodig?").fill(text)
    alert = asked.get_by_role("alert")
    expect(alert).to_contain_text("Niet opgeslagen")
    expect(alert).to_contain_text(said)
    expect(alert).not_to_contain_text("secret")
    expect(asked.get_by_label("Waarom nodig?")).to_have_value(text)
    asked.get_by_label("Waarom nodig?").fill("toch")
    expect(asked.locator(".k-status-saved")).to_be_visible()
    expect(alert).to_be_empty()
    assert dashboard.kept(text) == [["processing/14.1/text", "toch"]]


def test_no_answer_from_the_server_is_told_within_five_seconds_and_set_right_later(dashboard, page):
    dashboard.open(page, "form", ".k-question", dossier="silent")
    asked = question(page, "processing/14.1/text")
    asked.get_by_label("Waarom nodig?").fill("stil")
    asked.get_by_label("Waarom nodig?").blur()
    expect(asked.get_by_role("alert")).to_contain_text("De server antwoordt niet", timeout=6_000)
    expect(asked.get_by_role("button", name="Opnieuw versturen")).to_be_visible()
    expect(asked.get_by_role("button", name="Kopieer tekst")).to_be_visible()
    expect(asked.locator(".k-status-saved")).to_be_visible(timeout=20_000)
    expect(asked.get_by_role("alert")).to_be_empty()


def test_the_panel_is_renewed_in_place_and_says_what_changed(dashboard, page):
    dashboard.open(page, "panel", ".k-question", dossier="panel")
    page.get_by_text("Waarop rust dit?").click()
    page.get_by_role("link", name="BSN").click()
    expect(question(page, "facts/bsn/value").get_by_label("nee", exact=True)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".k-panel [role=status]")).to_have_text("DPIA is nu: yes")
    expect(page.locator(".k-panel details p")).to_have_text("yes")
    expect(page.locator(".k-panel details")).to_have_attribute("open", "")
    expect(question(page, "facts/bsn/value").get_by_label("ja", exact=True)).to_be_focused()


def test_read_only_shows_answers_and_takes_none(dashboard, page):
    dashboard.open(page, "form", ".k-question", dossier="read", edit="no")
    expect(page.locator(".k-form input, .k-form textarea, .k-form select")).to_have_count(0)
    expect(question(page, "facts/bsn/value").get_by_text("Zie bijlage")).to_be_visible()


def test_the_matrix_works_by_arrow_keys_drag_and_selects(dashboard, page):
    dashboard.open(page, "matrix", ".k-matrix", dossier="matrix")
    chip = page.locator("button[data-risk=PR02]")
    chip.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    expect(chip).to_be_focused()
    expect(page.locator("td.k-level-midden").locator(chip)).to_be_visible()
    expect(page.locator(".k-form > [role=status]")).to_contain_text(
        "PR02 Doelverschuiving: kans midden, impact midden, risico midden."
    )
    expect(page.locator('[data-path="risks/PR02"] .k-status-saved')).to_be_visible()
    page.locator("button[data-risk=PR03]").drag_to(page.locator("td.k-level-hoog").first)
    expect(page.locator('[data-path="risks/PR03"]').get_by_text("Risico: hoog")).to_be_visible()
    expect(page.locator('[data-path="risks/PR03"] .k-status-saved')).to_be_visible()
    row = page.locator('[data-path="risks/PR01"]')
    row.get_by_role("group", name=re.compile("Impact")).get_by_label("Van").select_option("laag")
    expect(row.locator(".k-status-saved")).to_be_visible()
    kept = dashboard.kept("matrix")
    assert kept[:2] == [
        ["PR02", "inherent", ["midden", "midden"], ["laag", "laag"]],
        ["PR02", "inherent", ["midden", "midden"], ["midden", "midden"]],
    ]
    assert kept[2][:2] == ["PR03", "inherent"]
    assert kept[-1] == ["PR01", "inherent", ["midden", "hoog"], ["laag", "laag"]]
    page.reload()
    expect(page.locator("td.k-level-midden").locator("button[data-risk=PR02]")).to_be_visible()


def test_a_risk_at_the_edge_stays_and_says_so(dashboard, page):
    dashboard.open(page, "matrix", ".k-matrix", dossier="edge")
    page.locator("button[data-risk=PR01]").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".k-form > [role=status]")).to_have_text("Verder kan niet.")
    assert dashboard.kept("edge") == []


@pytest.mark.parametrize("width", [1440, 320])
@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("notebook", ["form", "matrix"])
def test_no_accessibility_violations_and_nothing_falls_off(dashboard, browse, notebook, language, width):
    from axe_playwright_python.sync_playwright import Axe

    # axe itself needs eval; the page without axe runs under the policy in every other test.
    page = browse(
        viewport={"width": width, "height": 900}, bypass_csp=True, color_scheme="dark" if width == 320 else "light"
    )
    dashboard.open(page, notebook, ".k-form", dossier=f"axe-{notebook}", language=language)
    expect(page.locator("#loading")).to_have_count(0)
    for summary in page.locator(".k-form summary").all():
        summary.click()
    if notebook == "form":
        page.get_by_role("button", name=re.compile("Afwijken|Deviate")).click()
    if width == 320 and notebook == "form":
        page.locator(".k-place-side summary").first.click()
    found = Axe().run(page, options=AXE).response["violations"]
    assert [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("html").get_attribute("lang") == language


def test_the_page_has_its_landmarks_and_follows_theme_and_language(dashboard, page):
    dashboard.open(page, "form", ".k-question", dossier="page")
    for role in ("banner", "main", "contentinfo", "complementary"):
        expect(page.get_by_role(role)).to_have_count(1)
    expect(page).to_have_title("form · kader")
    expect(page.get_by_role("main").get_by_role("heading", level=1)).to_have_text(re.compile("Parkeerscan"))
    light = page.locator("body").evaluate("node => getComputedStyle(node).backgroundColor")
    page.get_by_role("button", name="Donkere weergave").click()
    assert page.locator("body").evaluate("node => getComputedStyle(node).backgroundColor") != light
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("link", name="Nederlands")).to_be_visible()
    expect(page.get_by_role("button", name="Light view")).to_be_visible()
    assert "dossier=page" in page.url


def test_printing_prints_everything(dashboard, page, tmp_path):
    dashboard.open(page, "form", ".k-question", dossier="print")
    file = tmp_path / "page.pdf"
    page.pdf(path=file, format="A5")
    assert len(re.findall(rb"/Type\s*/Page\b", file.read_bytes())) > 1
    page.emulate_media(media="print")
    for heading in page.get_by_role("heading").all():
        expect(heading).to_be_visible()
    for path in ("facts/bsn/value", "risks/PR10/inherent/likelihood"):
        expect(question(page, path)).to_be_visible()
    expect(page.get_by_role("button", name="Donkere weergave")).to_be_hidden()


def test_the_pages_around_it_are_ours_too(dashboard, page):
    page.goto(f"{dashboard.address}/")
    expect(page.get_by_role("heading", level=1, name="Werkboeken", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="form.ipynb")).to_be_visible()
    expect(page.get_by_role("main")).to_have_count(1)
    page.goto(f"{dashboard.address}/voila/render/nergens.ipynb?language=en")
    expect(page.get_by_role("heading", level=1, name="This page does not exist", exact=True)).to_be_visible()
