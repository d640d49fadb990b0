"""
Browser tests of the web application.

Against a running server: ISOCENTER_URL, ISOCENTER_USER, ISOCENTER_PASSWORD. Without them a stand-in is started that
answers the same contract from memory. Either way the generated studies are stored through the web first, and
nothing else is assumed to be there. Chromium: ISOCENTER_CHROMIUM, else /usr/bin/chromium.
"""

import io
import math
import os
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent))
import generated  # noqa: E402

SCREENSHOTS = Path(__file__).parents[3] / "screenshots"
STANDIN_USER = ("anna", "correct horse battery")


@pytest.fixture(scope="session")
def standin():
    """The stand-in server, or None where a real one is tested."""
    if os.environ.get("ISOCENTER_URL"):
        yield None
        return
    from standin import Server

    server = Server(users=dict([STANDIN_USER]))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.fixture(scope="session")
def server_url(standin):
    url = os.environ.get("ISOCENTER_URL") or standin.url
    return url if url.endswith("/") else url + "/"


@pytest.fixture(scope="session")
def credentials():
    return os.environ.get("ISOCENTER_USER", STANDIN_USER[0]), os.environ.get("ISOCENTER_PASSWORD", STANDIN_USER[1])


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("ISOCENTER_CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox", "--force-color-profile=srgb"])
        yield browser
        browser.close()


class Person:
    """A signed-in request context: what a script beside the page would do."""

    def __init__(self, browser, url, credentials):
        self.url, self.context = url, browser.new_context(base_url=url)
        name, password = credentials
        answer = self.context.request.post("api/session", data={"name": name, "password": password}, headers={"Origin": url.rstrip("/")})
        assert answer.ok, f"sign in: {answer.status} {answer.text()}"
        self.state = self.context.storage_state()

    def store(self, files):
        boundary = "browser-tests"
        body = b"".join(b"--%s\r\nContent-Type: application/dicom\r\n\r\n%s\r\n" % (boundary.encode(), generated.written(ds)) for ds in files)
        answer = self.context.request.post(
            "dicom-web/studies", data=body + b"--%s--\r\n" % boundary.encode(),
            headers={"Content-Type": f'multipart/related; type="application/dicom"; boundary={boundary}', "Accept": "application/dicom+json", "Origin": self.url.rstrip("/")},
        )
        assert answer.status == 200, f"store: {answer.status} {answer.text()[:500]}"


@pytest.fixture(scope="session")
def person(browser, server_url, credentials):
    return Person(browser, server_url, credentials)


@pytest.fixture(scope="session")
def archive(person):
    """The generated studies are in the archive."""
    files = generated.everything()
    for start in range(0, len(files), 25):
        person.store(files[start:start + 25])
    return person


class Page:
    """A page with the verbs of a reader."""

    def __init__(self, page, name):
        self.page, self.name = page, name
        self.session = None
        self.problems = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda message: self.problems.append(message.text) if message.type == "error" and "Failed to load resource" not in message.text else None)

    def touch(self, kind, *points):
        """A touch as a finger makes it: "touchStart", "touchMove", "touchEnd" with points (x, y)."""
        self.session = self.session or self.page.context.new_cdp_session(self.page)
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]})

    def __getattr__(self, name):
        return getattr(self.page, name)

    def ready(self, screen):
        self.page.wait_for_selector(f"html[data-ready={screen}]", timeout=15000)

    def viewport(self, n=0):
        return self.page.locator(f"[data-viewport='{n}']")

    def data(self, name, n=0):
        return self.viewport(n).get_attribute(f"data-{name}")

    def drawn(self, n=0, state="full"):
        self.page.wait_for_selector(f"[data-viewport='{n}'][data-state={state}]", timeout=20000)

    def wait_data(self, name, value, n=0):
        self.page.wait_for_selector(f"[data-viewport='{n}'][data-{name}='{value}']", timeout=15000)

    def open_study(self, study, query=""):
        self.page.goto(f"#/study/{generated.uid(study)}{query}")
        self.ready("viewer")

    def open_series(self, study, series, state="full"):
        uid = generated.uid(study, series)
        self.page.locator(f".series-item[data-series='{uid}']").click()
        self.wait_data("series", uid)
        self.drawn(state=state)

    def pixels(self, box):
        """Pixels of a rectangle {x, y, width, height} as the screen shows them."""
        self.page.wait_for_timeout(80)  # the compositor shows what was drawn a frame ago
        return np.asarray(Image.open(io.BytesIO(self.page.screenshot(clip=box))).convert("RGB"))

    def image_pixels(self, rows, columns, n=0):
        """The image at 1:1 in the middle of its viewport."""
        box = self.viewport(n).bounding_box()
        half_up = lambda value: math.floor(value + 0.5)
        return self.pixels({"x": box["x"] + half_up(box["width"] / 2 - columns / 2), "y": box["y"] + half_up(box["height"] / 2 - rows / 2), "width": columns, "height": rows})

    def shot(self, name):
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.wait_for_timeout(150)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


@pytest.fixture
def new_page(browser, server_url, archive, request):
    """Makes pages of a signed-in reader; fails the test on errors in the page."""
    made = []

    def make(signed_in=True, **options):
        options = {"viewport": {"width": 1280, "height": 800}, "base_url": server_url, "color_scheme": "dark", "locale": "en-GB", **options}
        context = browser.new_context(storage_state=archive.state if signed_in else None, **options)
        page = Page(context.new_page(), request.node.name)
        made.append((context, page))
        return page

    yield make
    for context, page in made:
        problems = page.problems
        context.close()
        assert not problems, problems


@pytest.fixture
def page(new_page):
    return new_page()


@pytest.fixture
def login(new_page, server_url, credentials):
    """A page that went through the login form."""
    page = new_page(signed_in=False)
    page.goto(server_url)
    page.ready("signIn")
    page.fill("[name=name]", credentials[0])
    page.fill("[name=password]", credentials[1])
    page.keyboard.press("Enter")
    page.ready("studies")
    return page


def eventually(condition, timeout=10, page=None):
    """The first truth of `condition()` within the time; its last value otherwise. With `page`, its routes are served meanwhile."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        page.wait_for_timeout(50) if page else time.sleep(0.05)


@pytest.fixture(scope="module")
def own_server(tmp_path_factory):
    """A server of the module's own, with an administrator and somebody who only reads."""
    from peer.server import BINARY, Server
    if not os.access(BINARY, os.X_OK):
        pytest.skip("the program is not built")
    server = Server(tmp_path_factory.mktemp("own")).start().add_administrator()
    server.command("users", "add", "reader", stdin=READERS_PASSWORD + "\n", check=True)
    yield server
    assert server.stop() == 0


READERS_PASSWORD = "lamps-and-numbers-1858"


@pytest.fixture
def own_page(browser, own_server, request):
    """Makes pages at a place of that server, signed in as its administrator or as the reader; fails the test on errors in them."""
    from peer.server import PASSWORD, USER
    contexts = []

    def make(hash, ready, reader=False, **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, "base_url": own_server.http + "/", "color_scheme": "dark", "locale": "en-GB", **options})
        user = ("reader", READERS_PASSWORD) if reader else (USER, PASSWORD)
        answer = context.request.post("api/session", data={"name": user[0], "password": user[1]}, headers={"Origin": own_server.http})
        assert answer.ok, answer.text()
        page = Page(context.new_page(), request.node.name)
        contexts.append((context, page))
        page.goto(f"{own_server.http}/{hash}")
        page.ready(ready)
        return page

    yield make
    for context, page in contexts:
        problems = page.problems
        context.close()
        assert not problems, problems
