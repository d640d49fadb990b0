"""Deleting from the page against a server of its own: with a reason, gone at once everywhere, restored or purged under Network, Deleted."""
from conftest import eventually
from peer import objects
from peer.server import USER
from test_move import stored


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


def test_deleted_by_key_seen_by_others_and_restored(own_server, own_page):
    uid = study(own_server, "Deleted^By^Key")
    watcher = own_page("#/studies?search=Deleted", "studies", reader=True)
    assert watcher.locator(f"[data-study='{uid}']").count() == 1 and watcher.locator(".row-delete").count() == 0
    first = own_page("#/studies?search=Deleted", "studies")
    first.keyboard.press("Delete")
    dialog = first.locator("dialog[open]")
    assert "Deleted" in dialog.inner_text() and "6 images" in dialog.inner_text()
    first.locator("#delete-go").click()  # Without a reason nothing goes.
    assert dialog.is_visible() and count(own_server, uid) == 1
    delete(first, "quality", "moved")
    first.locator(f"[data-study='{uid}']").wait_for(state="detached")
    assert count(own_server, uid) == 0
    watcher.locator(f"[data-study='{uid}']").wait_for(state="detached")
    deleted = own_page("#/network/deletions", "network")
    row = deleted.locator("tr", has_text="Deleted^By^Key")
    assert "Rejected for quality" in row.inner_text() and "moved" in row.inner_text() and USER in row.inner_text()
    row.locator("[data-action=restore]").click()
    assert eventually(lambda: "Restored" in row.inner_text())
    assert count(own_server, uid) == 1
    first.locator(f"[data-study='{uid}']").wait_for()


def test_kept_after_all(own_server, own_page):
    uid = study(own_server, "Kept^After^All")
    here = own_page("#/studies?search=Kept", "studies")
    here.keyboard.press("Delete")
    here.locator("dialog[open] button", has_text="Keep").click()
    here.locator("dialog[open]").wait_for(state="detached")
    assert count(own_server, uid) == 1 and here.locator(f"[data-study='{uid}']").count() == 1


def test_purged_from_a_phone(own_server, own_page):
    uid = study(own_server, "Gone^For^Good")
    phone = own_page("#/studies?search=Gone", "studies", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.locator(f"[data-study='{uid}'] .row-delete").tap()
    delete(phone, "duplicate")
    phone.locator(f"[data-study='{uid}']").wait_for(state="detached")
    deleted = own_page("#/network/deletions", "network")
    row = deleted.locator("tr", has_text="Gone^For^Good")
    deleted.page.once("dialog", lambda dialog: dialog.dismiss())
    row.locator("[data-action=purge]").click()
    assert row.locator("[data-action=restore]").count() == 1
    deleted.page.once("dialog", lambda dialog: dialog.accept())
    row.locator("[data-action=purge]").click()
    assert eventually(lambda: "Gone for good" in row.inner_text())
    assert count(own_server, uid) == 0
