"""The network page against a server of its own: an unknown caller is added, echoes, is changed and removed; associations say why they failed."""
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import Page, eventually

sys.path.insert(0, str(Path(__file__).parents[1]))
from peer import wire  # noqa: E402
from peer.server import BINARY, PASSWORD, USER, Server  # noqa: E402

CONTEXTS = {1: ("1.2.840.10008.5.1.4.1.1.2", [wire.EXPLICIT]), 3: (wire.VERIFICATION, [wire.IMPLICIT])}
pytestmark = pytest.mark.skipif(not os.access(BINARY, os.X_OK), reason="the program is not built")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("network"), "--set", "dimse.loopbackPeers=false").start().add_administrator()
    yield server
    assert server.stop() == 0


@pytest.fixture
def network(browser, server, request):
    """Makes pages of the administrator at a tab."""
    contexts = []

    def make(tab="peers", **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, "base_url": server.http + "/", "color_scheme": "dark", "locale": "en-GB", **options})
        contexts.append(context)
        answer = context.request.post("api/session", data={"name": USER, "password": PASSWORD}, headers={"Origin": server.http})
        assert answer.ok, answer.text()
        page = Page(context.new_page(), request.node.name)
        contexts[-1] = (context, page)
        page.goto(f"{server.http}/#/network/{tab}")
        page.ready("network")
        return page

    yield make
    for context, page in contexts:
        problems = page.problems
        context.close()
        assert not problems, problems


def call(server, calling="CT_ROOM_2"):
    with wire.Association(server.dimse, CONTEXTS, calling=calling) as peer:
        status = peer.echo(3)
        peer.release()
        return status


def test_an_unknown_caller_is_added_from_the_page(network, server):
    with pytest.raises(wire.Rejected):
        call(server)
    page = network()
    row = page.locator("tr[data-key='CT_ROOM_2@127.0.0.1']")
    row.wait_for(timeout=15000)
    assert "CT Image Storage" in row.inner_text()
    page.shot("network-unknown-caller")
    row.get_by_role("button", name="Add").click()
    dialog = page.get_by_role("dialog")
    assert dialog.locator("[name=aeTitle]").input_value() == "CT_ROOM_2"
    assert dialog.locator("[name=addresses]").input_value() == "127.0.0.1"
    dialog.locator("[name=name]").fill("CT in room 2")
    page.shot("network-add-peer")
    dialog.get_by_role("button", name="Save").click()
    page.locator("tr[data-key='CT in room 2']").wait_for(timeout=10000)
    assert call(server) == 0
    assert eventually(lambda: page.locator("tr[data-key='CT_ROOM_2@127.0.0.1']").count() == 0, page=page)


def test_what_is_wrong_is_said_in_the_form(network, server):
    page = network()
    page.click("#addPeer")
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=name]").fill("Workstation")
    dialog.locator("[name=aeTitle]").fill("A\\B")
    dialog.locator("[name=host]").fill("ws.example")
    dialog.get_by_role("button", name="Save").click()
    alert = dialog.get_by_role("alert")
    assert eventually(lambda: alert.inner_text().strip(), page=page)
    assert dialog.is_visible()
    page.keyboard.press("Escape")
    assert page.locator("tr[data-key='Workstation']").count() == 0


def test_a_dicomweb_is_entered_and_what_was_said_by_command_stays(network, server, tmp_path):
    secret = tmp_path / "token"
    secret.write_text("nobody\n")
    server.command("peers", "add", "cloud", "--url", "http://127.0.0.1:9/dicom-web", "--token-file", str(secret), "--credentials-in-clear", check=True)
    page = network()
    row = page.locator("tr[data-key='cloud']")
    assert "http://127.0.0.1:9/dicom-web" in row.inner_text()
    row.get_by_role("button", name="Change").click()
    dialog = page.get_by_role("dialog")
    assert dialog.locator("[name=url]").input_value() == "http://127.0.0.1:9/dicom-web"
    dialog.locator("[name=aeTitle]").fill("CLOUD")
    dialog.get_by_role("button", name="Save").click()
    assert eventually(lambda: "CLOUD" in row.inner_text(), page=page)
    kept = json.loads(server.command("peers", "show", "cloud", check=True).stdout)
    assert kept["web"]["secretFile"] == str(secret)
    # A token is for the place it was given for.
    row.get_by_role("button", name="Change").click()
    dialog.locator("[name=url]").fill("http://127.0.0.1:10/dicom-web")
    dialog.get_by_role("button", name="Save").click()
    assert eventually(lambda: ":10/" in row.inner_text(), page=page)
    assert json.loads(server.command("peers", "show", "cloud", check=True).stdout)["web"] == {"url": "http://127.0.0.1:10/dicom-web"}
    row.get_by_role("button", name="Echo").click()
    notice = page.locator(".network-notice")
    assert eventually(lambda: "cloud" in notice.inner_text() and "answers" not in notice.inner_text() and "Asking" not in notice.inner_text(), page=page)


def test_echo_change_and_remove(network, server):
    # It calls itself: a node that surely answers, once its own title is known.
    server.command("peers", "add", "itself", "--aet", "ISOCENTER", "--host", "127.0.0.1", "--port", str(server.dimse), check=True)
    page = network()
    row = page.locator("tr[data-key='itself']")
    row.get_by_role("button", name="Echo").click()
    notice = page.locator(".network-notice")
    assert eventually(lambda: "answers" in notice.inner_text(), page=page), notice.inner_text()
    row.get_by_role("button", name="Change").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=query]").check()
    dialog.get_by_role("button", name="Save").click()
    assert eventually(lambda: "query" in row.inner_text(), page=page)
    page.once("dialog", lambda asked: asked.accept())
    row.get_by_role("button", name="Remove").click()
    assert eventually(lambda: row.count() == 0, page=page)


def test_an_association_says_why_it_failed_and_what_helps(network, server):
    with pytest.raises(wire.Rejected):
        call(server, calling="MR_UNKNOWN")
    page = network("associations")
    row = page.locator("tr", has_text="MR_UNKNOWN").first
    row.wait_for(timeout=15000)
    assert "isocenter peers add" in row.inner_text()
    assert f"{time.localtime().tm_year}" in row.locator(".column-when").inner_text()
    row.get_by_role("button", name="Details").click()
    assert "CT Image Storage" in page.get_by_role("dialog").inner_text()
    page.shot("network-association")
    page.keyboard.press("Escape")
    page.get_by_label("Only those that failed").check()
    assert eventually(lambda: page.locator("tr", has_text="MR_UNKNOWN").count() > 0, page=page)


def test_by_keyboard_and_on_a_phone(network, server):
    page = network()
    page.locator("#tab-peers").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#tab-associations[aria-selected=true]")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#tab-jobs[aria-selected=true]")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#tab-commitments[aria-selected=true]")
    phone = network(viewport={"width": 390, "height": 844})
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.shot("network-phone")


def test_jobs_and_commitments_are_listed(network, server):
    page = network("jobs")
    assert page.get_by_text("Nothing is waiting or running.").is_visible()
    page = network("commitments")
    assert page.get_by_text("No storage commitment is on record.").is_visible()


def test_who_is_no_administrator_does_not_see_it(browser, server):
    server.command("users", "add", "reader", "--role", "user", stdin="another-lamp-1859-and-more\n", check=True)
    context = browser.new_context(base_url=server.http + "/")
    answer = context.request.post("api/session", data={"name": "reader", "password": "another-lamp-1859-and-more"}, headers={"Origin": server.http})
    assert answer.ok
    page = Page(context.new_page(), "reader")
    page.goto(f"{server.http}/#/network/peers")
    page.ready("studies")
    assert page.locator("#network").count() == 0
    for path in ("peers", "callers", "associations", "jobs", "commitments"):
        assert context.request.get(f"api/{path}").status == 403, path
    context.close()


@pytest.mark.parametrize("language, options", [("en", {}), ("ar", {"viewport": {"width": 390, "height": 844}})])
def test_axe_on_every_page_of_the_administrator(own_page, own_server, language, options):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = own_page("#/network/peers", "network", **options)
    page.evaluate(f"localStorage.setItem('isocenter.language', '{language}'); localStorage.setItem('isocenter.theme', '{'dark' if language == 'ar' else 'light'}')")
    page.reload()
    page.wait_for_selector(f"html[lang={language}]")
    for place in ("network/peers", "network/callers", "network/associations", "network/jobs", "network/commitments", "network/deletions", "api", "api/searchStudies", "network/peers"):
        page.goto(f"{own_server.http}/#/{place}")
        page.ready(place.split("/")[0])
        if place == "network/peers":
            page.locator(".section-head button").first.click()
            page.wait_for_selector("dialog[open]")
        found = axe.run(page.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}).response["violations"]
        assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found] == [], place
        assert page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0, place
        page.keyboard.press("Escape")
