"""Deleting from the page against a server of its own: with a reason, gone at once everywhere, restored or purged under Network, Deleted."""
import os
import sys
from pathlib import Path

import pytest
from conftest import Page, eventually

sys.path.insert(0, str(Path(__file__).parents[1]))
from peer import objects  # noqa: E402
from peer.server import BINARY, PASSWORD, USER, Server  # noqa: E402
from test_move import stored  # noqa: E402

pytestmark = pytest.mark.skipif(not os.access(BINARY, os.X_OK), reason="the program is not built")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("deleting")).start().add_administrator()
    server.command("users", "add", "reader", stdin="lamps-and-numbers-1858\n", check=True)
    yield server
    assert server.stop() == 0


@pytest.fixture
def page(browser, server, request):
    """Makes pages at a place, signed in."""
    contexts = []

    def make(hash, ready, user=(USER, PASSWORD), **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, "base_url": server.http + "/", "color_scheme": "dark", "locale": "en-GB", **options})
        answer = context.request.post("api/session", data={"name": user[0], "password": user[1]}, headers={"Origin": server.http})
        assert answer.ok, answer.text()
        page = Page(context.new_page(), request.node.name)
        contexts.append((context, page))
        page.goto(f"{server.http}/{hash}")
        page.ready(ready)
        return page

    yield make
    for context, page in contexts:
        problems = page.problems
        context.close()
        assert not problems, problems


def study(server, name):
    images = objects.study(PatientName=name)
    stored(server, images)
    return images[0].StudyInstanceUID


def count(server, uid):
    return server.session.get(server.url("studies", "count"), params={"StudyInstanceUID": uid}).json()["count"]


def delete(page, reason, comment=""):
    page.locator("#delete-reason").select_option(reason)
    page.locator("#delete-comment").fill(comment)
    page.locator("#delete-go").click()
    page.locator("dialog[open]").wait_for(state="detached")


def test_deleted_by_key_seen_by_others_and_restored(server, page):
    uid = study(server, "Deleted^By^Key")
    watcher = page("#/studies?search=Deleted", "studies", ("reader", "lamps-and-numbers-1858"))
    assert watcher.locator(f"[data-study='{uid}']").count() == 1 and watcher.locator(".row-delete").count() == 0
    first = page("#/studies?search=Deleted", "studies")
    first.keyboard.press("Delete")
    dialog = first.locator("dialog[open]")
    assert "Deleted" in dialog.inner_text() and "6 images" in dialog.inner_text()
    first.locator("#delete-go").click()  # Without a reason nothing goes.
    assert dialog.is_visible() and count(server, uid) == 1
    delete(first, "quality", "moved")
    first.locator(f"[data-study='{uid}']").wait_for(state="detached")
    assert count(server, uid) == 0
    watcher.locator(f"[data-study='{uid}']").wait_for(state="detached")
    deleted = page("#/network/deletions", "network")
    row = deleted.locator("tr", has_text="Deleted^By^Key")
    assert "Rejected for quality" in row.inner_text() and "moved" in row.inner_text() and USER in row.inner_text()
    row.locator("[data-action=restore]").click()
    eventually(lambda: "Restored" in row.inner_text())
    assert count(server, uid) == 1
    first.locator(f"[data-study='{uid}']").wait_for()


def test_kept_after_all(server, page):
    uid = study(server, "Kept^After^All")
    here = page("#/studies?search=Kept", "studies")
    here.keyboard.press("Delete")
    here.locator("dialog[open] button", has_text="Keep").click()
    here.locator("dialog[open]").wait_for(state="detached")
    assert count(server, uid) == 1 and here.locator(f"[data-study='{uid}']").count() == 1


def test_purged_from_a_phone(server, page):
    uid = study(server, "Gone^For^Good")
    phone = page("#/studies?search=Gone", "studies", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.locator(f"[data-study='{uid}'] .row-delete").tap()
    delete(phone, "duplicate")
    phone.locator(f"[data-study='{uid}']").wait_for(state="detached")
    deleted = page("#/network/deletions", "network")
    row = deleted.locator("tr", has_text="Gone^For^Good")
    deleted.page.once("dialog", lambda dialog: dialog.dismiss())
    row.locator("[data-action=purge]").click()
    assert row.locator("[data-action=restore]").count() == 1
    deleted.page.once("dialog", lambda dialog: dialog.accept())
    row.locator("[data-action=purge]").click()
    eventually(lambda: "Gone for good" in row.inner_text())
    assert count(server, uid) == 0
