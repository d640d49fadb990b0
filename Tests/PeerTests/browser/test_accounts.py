"""Accounts in a browser: from the set-up link to a second factor, a passkey, sessions that are ended and people who are let in. The program itself, at localhost: passkeys need a name."""
import io
import json
import re
import shutil
import subprocess
import time

import numpy as np
import pyotp
import pytest
import requests
import zxingcpp
from conftest import Page
from PIL import Image

from peer.server import PASSWORD, ROOT, Server

NAME = "florence"


def clean(page, where):
    """No violation of WCAG A and AA that axe finds."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}).response["violations"]
    assert not found, (where, [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in found])


@pytest.fixture
def fresh(browser, tmp_path):
    """A server that nobody has set up, and a browser at it."""
    server = Server(tmp_path / "data").start()
    server.root = server.http.replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=server.root + "/", viewport={"width": 1280, "height": 900}, color_scheme="dark", locale="en-GB")
    page = Page(context.new_page(), "accounts")
    yield server, context, page
    problems = page.problems
    context.close()
    assert server.stop() == 0
    assert not problems, problems


def authenticator(page):
    """A device of Chromium's own that always says yes."""
    devices = page.page.context.new_cdp_session(page.page)
    devices.send("WebAuthn.enable")
    return devices, devices.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}})["authenticatorId"]


def picture(page):
    """What an authenticator application reads from the screen."""
    shot = Image.open(io.BytesIO(page.page.locator(".qr-code").screenshot())).convert("L")
    read = zxingcpp.read_barcodes(np.asarray(shot))
    assert len(read) == 1
    return pyotp.parse_uri(read[0].text)


def settled():
    while time.time() % 30 > 22:
        time.sleep(0.2)
    return time.time()


def test_from_the_set_up_link_to_a_revoked_session(fresh):
    server, context, page = fresh
    link = server.wait_for_log(r"/#/setup/\S+")
    page.goto(server.root + "/" + re.search(r"#/setup/\S+", link).group(0))
    page.ready("setup")
    for field, text in (("name", NAME), ("password", PASSWORD), ("repeat", PASSWORD)):
        page.fill(f"[name={field}]", text)
    page.keyboard.press("Enter")
    page.ready("studies")

    # A second factor, by the picture on the screen.
    page.click("#account")
    page.ready("account")
    clean(page, "account")
    page.click("#setUpCodes")
    page.wait_for_selector(".qr-code")
    clean(page, "one-time codes")
    totp = picture(page)
    assert totp.name == NAME and totp.secret == page.locator("#codesSecret").inner_text().replace(" ", "")
    page.shot("account-codes")
    page.fill("[name=code]", "000000")
    page.keyboard.press("Enter")
    page.page.get_by_text("The code is wrong").wait_for()
    now = settled()
    page.fill("[name=code]", totp.at(now - 30))
    page.keyboard.press("Enter")
    page.wait_for_selector(".recovery-codes")
    recovery = page.locator(".recovery-codes code").all_inner_texts()
    assert len(recovery) == 10
    page.click("#toldDone")
    page.wait_for_selector("#codesState[data-on=true]")

    # Out, and in again with a code.
    page.goto(server.root + "/#/studies")
    page.ready("studies")
    page.click("#signOut")
    page.ready("signIn")
    page.fill("[name=name]", NAME)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.ready("code")
    clean(page, "code")
    page.fill("[name=code]", "123456")
    page.keyboard.press("Enter")
    page.page.get_by_text("The code is not right").wait_for()
    page.fill("[name=code]", totp.at(now))
    page.keyboard.press("Enter")
    page.ready("studies")

    # Somebody else is signed in too, and is shown the door.
    elsewhere = requests.Session()
    elsewhere.headers["Origin"] = server.http
    assert elsewhere.post(server.http + "/api/session", json={"name": NAME, "password": PASSWORD, "code": recovery[0]}, timeout=30).status_code == 200
    page.click("#account")
    page.ready("account")
    sessions = page.locator("section:has(#sessions-head) tbody tr")
    sessions.nth(1).wait_for()
    assert sessions.count() == 2 and page.get_by_text("Recovery codes left: 9").is_visible()
    assert elsewhere.get(server.http + "/api/info", timeout=30).status_code == 200
    page.locator("section:has(#sessions-head) [data-action=end]").click()
    sessions.nth(1).wait_for(state="detached")
    assert elsewhere.get(server.http + "/api/info", timeout=30).status_code == 401

    # A passkey, and in by it alone.
    devices, device = authenticator(page)
    page.click("#addPasskey")
    page.wait_for_selector("#form-label")
    page.keyboard.press("Enter")
    page.wait_for_selector("section:has(#passkeys-head) tbody tr")
    assert len(devices.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]) == 1
    page.goto(server.root + "/#/studies")
    page.ready("studies")
    page.click("#signOut")
    page.ready("signIn")
    clean(page, "sign-in with a passkey")
    page.click("#passkey")
    page.ready("studies")
    assert context.request.get("api/account/sessions").json()["sessions"][0]["proof"] == "passkey"

    # A token: told once, then known by its label.
    page.click("#account")
    page.ready("account")
    page.click("#addToken")
    page.fill("#form-label", "night job")
    page.fill("#form-sources", "127.0.0.1")
    clean(page, "new token")
    page.keyboard.press("Enter")
    token = page.locator("#madeToken").inner_text()
    page.click("#toldDone")
    page.get_by_text("night job").wait_for()
    ask = lambda: requests.get(server.http + "/dicom-web/studies", headers={"Authorization": f"Bearer {token}"}, timeout=30).status_code
    assert ask() in (200, 204)
    page.page.on("dialog", lambda dialog: dialog.accept())
    page.locator("section:has(#tokens-head) [data-action=remove]").click()
    page.locator("section:has(#tokens-head) tbody tr").wait_for(state="detached")
    assert ask() == 401
    page.shot("account")

    # People: added, shut out, let in again; by keyboard from tab to tab.
    page.goto(server.root + "/#/administration/users")
    page.ready("administration")
    page.click("#addUser")
    page.fill("#form-name", "mary")
    page.fill("#form-password", "hotel-near-balaclava-1855")
    clean(page, "new user")
    page.keyboard.press("Enter")
    row = page.locator("tr[data-key=mary]")
    row.wait_for()
    visitor = requests.Session()
    visitor.headers["Origin"] = server.http
    log_in = lambda: visitor.post(server.http + "/api/session", json={"name": "mary", "password": "hotel-near-balaclava-1855"}, timeout=30).status_code
    assert log_in() == 200
    row.locator("[data-action=block]").click()
    row.get_by_text("Blocked").wait_for()
    assert visitor.get(server.http + "/api/info", timeout=30).status_code == 401 and log_in() == 401
    row.locator("[data-action=block]").click()
    row.get_by_text("Person").wait_for()
    assert page.locator(f"tr[data-key={NAME}] [data-action=remove]").is_disabled()
    clean(page, "users")
    page.shot("administration-users")
    page.locator("#tab-users").focus()
    for tab in ("sessions", "tokens"):
        page.keyboard.press("ArrowRight")
        page.wait_for_selector(f"#tab-{tab}[aria-selected=true]")
        page.ready("administration")
        clean(page, tab)
    page.page.set_viewport_size({"width": 390, "height": 844})
    for place in ("administration/users", "account"):
        page.goto(f"{server.root}/#/{place}")
        page.ready(place.split("/")[0])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place


def test_who_lacks_a_second_factor_gets_no_further_than_setting_one_up(browser, tmp_path):
    server = Server(tmp_path / "data", "--set", "accounts.secondFactor=everyone").start().add_administrator()
    context = browser.new_context(base_url=server.http + "/", locale="de-DE", color_scheme="light")
    page = Page(context.new_page(), "lacking")
    answer = context.request.post("api/session", data={"name": "nightingale", "password": PASSWORD}, headers={"Origin": server.http})
    assert answer.ok and answer.json()["lacksSecondFactor"] is True
    page.goto(f"{server.http}/#/studies")
    page.ready("account")
    page.get_by_text("Ihre Rolle braucht einen zweiten Faktor").wait_for()
    assert page.locator("#changePassword, #addToken").count() == 0 and page.locator("#addPasskey").is_disabled(), "a page at a number has no passkeys"
    clean(page, "lacking, in German and light")
    page.click("#setUpCodes")
    page.wait_for_selector(".qr-code")
    totp = picture(page)
    settled()
    page.fill("[name=code]", totp.now())
    page.keyboard.press("Enter")
    page.click("#toldDone")
    page.ready("studies")
    problems = page.problems
    context.close()
    assert server.stop() == 0 and not problems, problems


def test_the_picture_is_read_at_every_size():
    """By another reader, in each of the twenty versions that we draw, and not drawn where it would not fit."""
    node = shutil.which("node") or pytest.skip("no node")
    lengths = [1, 14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666, 667]
    code = f"""import({json.dumps((ROOT / "Viewer/app/model/qrCode.js").as_uri())}).then(({{ qrCode }}) =>
      console.log(JSON.stringify({lengths}.map((n) => qrCode("otpauth:ä".slice(0, n - 1) + "x".repeat(Math.max(1, n - 10)))?.map((row) => row.map((dark) => (dark ? 0 : 255)))  ?? null))))"""
    drawn = json.loads(subprocess.run([node, "--input-type=module", "-e", code], capture_output=True, text=True, check=True, timeout=60).stdout)
    sizes = set()
    for length, rows in zip(lengths, drawn):
        if length > 666:
            assert rows is None
            continue
        sizes.add(len(rows))
        picture = np.kron(np.pad(np.array(rows, np.uint8), 4, constant_values=255), np.ones((3, 3), np.uint8))
        read = zxingcpp.read_barcodes(picture)
        assert len(read) == 1 and read[0].text == "otpauth:ä"[:length - 1] + "x" * max(1, length - 10), length
    assert sizes == {17 + 4 * version for version in range(1, 21)}
