from __future__ import annotations

import os
import re

import pytest
from playwright.sync_api import expect

from kader import serve


@pytest.mark.page_errors("JupyterLab is of others")
def test_a_dossier_opens_in_jupyterlab_and_shows_what_was_answered(page, start, store, database, dossier, tmp_path):
    store.save(dossier.with_fact("large_scale", value="yes"), based_on=1, author="Ada")
    port = serve.free_port(20_000 + os.getpid() % 20_000)
    server = start(
        f"serve.lab({dossier.meta.id!r}, store={str(database)!r}, folder=Path('werk'), port={port}, open_browser=False)"
    )
    url = server.wait(r"JupyterLab:\s+(http://\S+)")[1]
    server.wait("is running at")
    page.goto(url)
    expect(page.get_by_role("tab", name=f"{dossier.meta.id}.ipynb")).to_be_visible(timeout=60_000)
    # Before the kernel is there, "run all" runs nothing.
    expect(page.get_by_role("button", name="Python 3 (ipykernel) | Idle")).to_be_visible(timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    asked = page.locator('[data-path="facts/large_scale/value"]')
    expect(asked.get_by_label("ja", exact=True)).to_be_checked(timeout=60_000)
    other = page.locator('[data-path="facts/special_categories/value"]')
    other.get_by_label("ja", exact=True).check()
    badge = page.locator('[data-key="verdict-dpia"] > summary .k-badge').first
    expect(badge).to_have_text(re.compile(r"^\W*verplicht$"))
    assert store.load(dossier.meta.id).revision == 3
    assert page.get_by_text("Jupyter news").count() == 0
    assert server.stop() == 0
