from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

from kader.assessment.model import Assessment
from kader.framework.rules import Truth
from kader.store import Store

REQUIRED = re.compile(r"^\W*verplicht$")  # and not "kan nog verplicht worden"


def question(page, path):
    return page.locator(f'[data-path="{path}"]')


def choose(page, path, label):
    question(page, path).get_by_label(label, exact=True).check()


def verdict(page, id):
    return page.locator(f'[data-key="verdict-{id}"] > summary')


def saved(store: Store, dossier: Assessment, number: int) -> None:
    """Wait on the store itself for a revision; the page may say more than is true."""
    import time

    end = time.monotonic() + 20
    while store.load(dossier.meta.id).revision < number:
        assert time.monotonic() < end, "nothing was saved"
        time.sleep(0.05)


def test_an_answer_changes_the_verdict_and_is_there_after_a_reload(page, editing, store, dossier):
    page.goto(f"{editing}assessment?dossier={dossier.meta.id}")
    expect(verdict(page, "dpia")).to_contain_text("nog niet te bepalen")
    choose(page, "facts/special_categories/value", "ja")
    choose(page, "facts/large_scale/value", "ja")
    expect(verdict(page, "dpia").locator(".k-badge").first).to_have_text(REQUIRED)
    saved(store, dossier, 3)
    page.reload()
    expect(question(page, "facts/large_scale/value").get_by_label("ja", exact=True)).to_be_checked()
    expect(question(page, "facts/special_categories/value").get_by_label("ja", exact=True)).to_be_checked()
    expect(verdict(page, "dpia").locator(".k-badge").first).to_have_text(REQUIRED)
    kept = store.load(dossier.meta.id).assessment
    assert kept.facts["large_scale"].value is Truth.YES
    assert kept.facts["large_scale"].author
    verdict(page, "dpia").click()
    expect(page.locator('[data-key="verdict-dpia"]')).to_contain_text("35")


def test_a_proposal_is_shown_with_its_quote_and_never_counted(page, editing, store, dossier):
    page.goto(f"{editing}assessment?dossier={dossier.meta.id}")
    asked = question(page, "facts/large_scale/value")
    expect(asked).to_contain_text("120.000 aanvragen per jaar <b>")
    expect(asked.get_by_label("ja", exact=True)).not_to_be_checked()
    assert store.load(dossier.meta.id).assessment.facts["large_scale"].value is Truth.UNKNOWN
    asked.get_by_role("button", name=re.compile("Overnemen")).click()
    expect(asked.get_by_label("ja", exact=True)).to_be_checked()
    saved(store, dossier, 2)
    assert store.load(dossier.meta.id).assessment.facts["large_scale"].value is Truth.YES


def test_hostile_names_are_text(page, reading, dossier):
    url = reading
    page.goto(f"{url}assessment?dossier={dossier.meta.id}")
    expect(page.get_by_role("heading", level=1)).to_have_text(dossier.algorithm.name)
    assert page.locator("img[src=x]").count() == 0
    page.goto(url)
    expect(page.get_by_text(dossier.algorithm.name).first).to_be_visible()
    assert page.locator("img[src=x]").count() == 0


def test_the_portfolio_opens_and_leads_to_a_dossier(page, reading, dossier):
    url = reading
    page.goto(url)
    # In the heat map, which is no widget, JupyterLab makes a link open a page of its own.
    page.locator("a:not([target])", has_text=dossier.algorithm.name).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(dossier.algorithm.name)
    assert f"dossier={dossier.meta.id}" in page.url


def test_reading_refuses_to_write(page, reading, store, dossier):
    page.goto(f"{reading}assessment?dossier={dossier.meta.id}")
    asked = question(page, "facts/large_scale/value")
    expect(asked).to_be_visible()
    enabled = asked.locator("input:enabled, textarea:enabled, select:enabled")
    assert enabled.count() == 0
    expect(page.locator("#kader-head")).to_contain_text("alleen lezen")
    # Who goes round the page gets the same answer.
    page.evaluate(
        "() => document.querySelectorAll('[data-path] input').forEach((one) => { one.disabled = false; one.click(); })"
    )
    expect(verdict(page, "dpia")).to_contain_text("nog niet te bepalen")
    assert store.load(dossier.meta.id).revision == 1


@pytest.mark.parametrize("asked", ["nergens", "../../etc/passwd", "<script>throw 1</script>", "a" * 5000, "%00", ""])
def test_an_unknown_dossier_gives_a_page_with_what_there_is(page, reading, dossier, asked):
    page.goto(f"{reading}assessment?dossier={asked}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dit dossier kan niet worden geopend")
    expect(page.locator("body")).not_to_contain_text("Traceback")
    page.get_by_role("link", name=dossier.algorithm.name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(dossier.algorithm.name)


def test_both_languages(page, reading, dossier):
    url = reading
    page.goto(f"{url}assessment?dossier={dossier.meta.id}&language=en")
    expect(verdict(page, "dpia")).to_contain_text("undetermined")
    expect(page.get_by_text("Is the processing on a large scale?").first).to_be_visible()
    page.goto(f"{url}assessment?dossier={dossier.meta.id}&taal=en")
    expect(verdict(page, "dpia")).to_contain_text("undetermined")
    page.goto(f"{url}assessment?dossier={dossier.meta.id}")
    expect(verdict(page, "dpia")).to_contain_text("nog niet te bepalen")


def test_who_answers_comes_from_the_proxy(browse, editing, store, dossier):
    page = browse(extra_http_headers={"X-Forwarded-User": "ada@voorbeeldstad.nl"})
    page.goto(f"{editing}assessment?dossier={dossier.meta.id}")
    choose(page, "facts/large_scale/value", "nee")
    saved(store, dossier, 2)
    assert store.history(dossier.meta.id)[-1].author == "ada@voorbeeldstad.nl"
    assert store.load(dossier.meta.id).assessment.facts["large_scale"].author == "ada@voorbeeldstad.nl"


def test_two_people_see_each_others_answers_and_conflicts(browse, editing, store, dossier):
    url = f"{editing}assessment?dossier={dossier.meta.id}"
    one, two = browse(), browse()
    for page in (one, two):
        page.goto(url)
        expect(verdict(page, "dpia")).to_be_visible()
    choose(one, "facts/health_data/value", "ja")
    saved(store, dossier, 2)
    choose(two, "facts/location_data/value", "ja")
    saved(store, dossier, 3)
    expect(question(two, "facts/health_data/value").get_by_label("ja", exact=True)).to_be_checked()
    choose(one, "facts/location_data/value", "nee")
    expect(question(one, "facts/location_data/value")).to_contain_text("intussen")
    assert store.load(dossier.meta.id).assessment.facts["location_data"].value is Truth.YES


def status(url: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_only_the_two_pages_are_served(reading, database, dossier):
    url = reading
    assert status(f"{url}voila/static/voila.js") == 200
    for path in (
        "voila/files/assessment.ipynb",
        "voila/files/kader.db",
        "voila/files/../kader.db",
        "voila/tree",
        "api/contents",
        "kader.db",
    ):
        assert status(f"{url}{path}") in {403, 404}, path
    assert status(url, Host="elders.example") == 403


def test_the_page_names_no_other_host(reading, dossier):
    with urllib.request.urlopen(f"{reading}assessment?dossier={dossier.meta.id}", timeout=60) as response:
        policy = response.headers["Content-Security-Policy"]
        text = response.read().decode()
    assert "http:" not in policy
    assert "https:" not in policy
    assert "unsafe-eval" not in policy
    assert not re.findall(r'(?:src|href)="(?:https?:)?//(?!127\.0\.0\.1)[^"]+\.(?:js|css|woff2?)', text)


def kernels(parent: int) -> list[int]:
    found = subprocess.run(
        ["ps", "--ppid", str(parent), "-o", "pid=,args="], capture_output=True, text=True, check=False
    ).stdout
    return [int(line.split()[0]) for line in found.splitlines() if "ipykernel" in line]


def test_closing_a_page_stops_its_kernel_and_the_server_stops_on_request(browse, start, database, dossier):
    from kader import serve

    port = serve.free_port(20_000 + os.getpid() % 20_000)
    server = start(f"serve.run({str(database)!r}, port={port}, open_browser=False)")
    url = server.wait(r"Portfolio:\s+(http://\S+)")[1]
    page = browse()
    page.goto(f"{url}assessment?dossier={dossier.meta.id}")
    expect(verdict(page, "dpia")).to_be_visible()
    assert len(kernels(server.process.pid)) == 1
    page.reload()
    expect(verdict(page, "dpia")).to_be_visible()
    for _ in range(100):
        if len(kernels(server.process.pid)) == 1:
            break
        page.wait_for_timeout(100)
    assert len(kernels(server.process.pid)) == 1
    left = kernels(server.process.pid)
    assert server.stop(signal.SIGINT) == 0
    assert "Gestopt." in server.said
    assert "Traceback" not in server.said
    assert not any(Path(f"/proc/{pid}").exists() for pid in left)


def test_a_taken_port_gives_the_next_and_says_so(start, database, dossier):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = start(f"serve.run({str(database)!r}, port={port}, open_browser=False)")
        assert int(server.wait(r"Portfolio:\s+http://127\.0\.0\.1:(\d+)/")[1]) > port
        assert f"Poort {port} is bezet" in server.said
