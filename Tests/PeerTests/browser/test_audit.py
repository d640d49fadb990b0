"""The audit page against a server of its own: who saw this patient, filters, details, export, what a reader may not."""
import csv
import io
import sys
from pathlib import Path

import pytest
from conftest import eventually

sys.path.insert(0, str(Path(__file__).parents[1]))
from peer import dimse, objects  # noqa: E402


def test_who_saw_this_patient(own_page, own_server):
    images = objects.study(series=1, instances=2, PatientID="P-4711", PatientName="Seacole^Mary")
    assert all(status == 0 for status in dimse.send(own_server.dimse, images))
    assert own_server.get("studies", images[0].StudyInstanceUID, "metadata").ok
    page = own_page("#/network", "network")
    page.click("#audit")
    page.ready("audit")
    form = page.get_by_role("search")
    form.get_by_label("Patient ID").fill("P-4711")
    form.get_by_label("Only who saw").check()
    form.get_by_role("button", name="Search").click()
    rows = page.locator(".network-table tbody tr")
    assert eventually(lambda: rows.count() == 2, page=page), rows.all_inner_texts()
    texts = rows.all_inner_texts()
    assert "nightingale" in texts[0] and "Saw" in texts[0] and "Seacole^Mary" in texts[0]
    assert "PYNETDICOM" in texts[1] and "Received" in texts[1] and "2 images" in texts[1]
    assert "patient=P-4711&access=true" in page.url.replace("%2D", "-") or ("patient=P-4711" in page.url and "access=true" in page.url)
    page.shot("audit")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}).response["violations"]
    assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found] == []
    rows.first.get_by_role("button", name="Details").click()
    dialog = page.get_by_role("dialog")
    assert images[0].StudyInstanceUID in dialog.inner_text() and "110103" in dialog.inner_text()
    page.keyboard.press("Escape")
    link = form.get_by_role("link", name="CSV").get_attribute("href")
    table = list(csv.DictReader(io.StringIO(page.page.request.get(link).text())))
    assert [row["patientID"] for row in table] == ["P-4711", "P-4711"]
    # The address keeps the question; what was refused is found too.
    page.reload()
    page.ready("audit")
    assert eventually(lambda: rows.count() == 2, page=page)
    assert own_page("#/audit", "studies", reader=True).locator("#network").count() == 0
