"""Setting up, signing in, signing out."""

import threading

import pytest
from conftest import eventually


def test_wrong_password_is_told_and_nothing_is_shown(new_page, server_url, credentials):
    page = new_page(signed_in=False)
    page.goto(server_url)
    page.ready("signIn")
    page.fill("[name=name]", credentials[0])
    page.fill("[name=password]", "not the password")
    page.click("button[type=submit]")
    alert = page.get_by_role("alert")
    assert eventually(lambda: alert.inner_text().strip())
    assert page.locator("[data-study]").count() == 0
    page.shot("sign-in-wrong")


def test_sign_in_with_the_keyboard_and_out_again(login):
    page = login
    assert page.get_by_role("grid").is_visible()
    page.shot("studies")
    page.click("#signOut")
    page.ready("signIn")
    page.go_back() if page.evaluate("history.length") > 2 else None
    page.reload()
    page.ready("signIn")
    assert page.locator("[data-study]").count() == 0


def test_an_address_survives_signing_in(new_page, server_url, credentials):
    import generated

    page = new_page(signed_in=False)
    page.goto(f"{server_url}#/study/{generated.uid('us')}")
    page.ready("signIn")
    page.fill("[name=name]", credentials[0])
    page.fill("[name=password]", credentials[1])
    page.click("button[type=submit]")
    page.ready("viewer")
    page.drawn()


@pytest.fixture
def fresh():
    """A server nobody has an account on: only the stand-in can be brought into this state here."""
    pytest.importorskip("standin")
    from standin import Server

    server = Server(setup_token="one-time-token")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def test_set_up(new_page, fresh):
    page = new_page(signed_in=False)
    page.goto(fresh.url)
    page.ready("setupNeeded")
    assert "#/setup/" in page.inner_text("main")
    page.shot("setup-needed")

    page.goto(f"{fresh.url}#/setup/one-time-token")
    page.ready("setup")
    name, password, repeat = page.locator("[name=name]"), page.locator("[name=password]"), page.locator("[name=repeat]")
    alert = page.get_by_role("alert")
    submit = page.locator("button[type=submit]")

    name.fill("anna"), password.fill("a long enough one"), repeat.fill("another one"), submit.click()
    assert eventually(lambda: "not the same" in alert.inner_text())
    assert page.evaluate("document.activeElement.name") == "repeat"
    password.fill("short"), repeat.fill("short"), submit.click()
    assert eventually(lambda: "at least" in alert.inner_text()), "the server's rule, in words"
    page.shot("setup")
    password.fill("a long enough one"), repeat.fill("a long enough one"), submit.click()
    page.ready("studies")
    assert "setup" not in page.url
    assert "No images yet" in page.inner_text("main")
    assert eventually(lambda: "ISOCENTER" in page.inner_text(".facts")) and "11112" in page.inner_text(".facts")
    assert "isocenter demo" in page.inner_text("main")
    page.shot("studies-empty")

    page.goto(f"{fresh.url}#/setup/one-time-token")
    page.ready("setup")
    name.fill("eve"), password.fill("a long enough one"), repeat.fill("a long enough one"), submit.click()
    assert eventually(lambda: "used" in alert.inner_text()), "a link works once"
