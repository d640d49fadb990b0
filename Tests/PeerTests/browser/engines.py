"""
Firefox and WebKit as Debian has them, each by its own protocol: WebDriver BiDi over Firefox's port, WebDriver over WebKitGTK's
driver. Enough of both to walk through the page as a reader does. They need a display: a private Xvfb.
"""
import base64
import io
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from glob import glob
from pathlib import Path

import numpy as np
import requests
from PIL import Image

WIDTH, HEIGHT = 1100, 800
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "ArrowDown": "\ue015", "Shift": "\ue008", "Tab": "\ue004", "Space": " "}


class Missing(Exception):
    """What is not installed, in words."""


def program(*names):
    found = next((path for name in names for path in ([shutil.which(name)] if "/" not in name else glob(name)) if path), None)
    if not found:
        raise Missing(f"{names[0]} is not installed")
    return found


class Display:
    def __init__(self):
        read, write = os.pipe()
        self.process = subprocess.Popen([program("Xvfb"), "-displayfd", str(write), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"], pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        self.name = f":{os.fdopen(read).readline().strip()}"
        self.env = {**os.environ, "DISPLAY": self.name, "LIBGL_ALWAYS_SOFTWARE": "1", "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1"}

    def close(self):
        self.process.terminate()
        self.process.wait(10)


def ended(process):
    """Ends what this module started, with its children."""
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)
    except (ProcessLookupError, subprocess.TimeoutExpired):
        os.killpg(process.pid, signal.SIGKILL)


class Engine:
    """A page in one browser. `actions` are WebDriver's: input sources with their lists, the same in both protocols."""

    def until(self, script, timeout=30):
        """The first true value of an expression of the page."""
        end = time.monotonic() + timeout
        while True:
            value = self.evaluate(script)
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"{type(self).__name__}: {script} stayed {value!r}")
            time.sleep(0.05)

    def keys(self, *names):
        held = {"Shift": KEYS["Shift"], "Ctrl": "\ue009"}
        for name in names:
            parts = name.split("+") if len(name) > 1 else [name]
            down = [held.get(part) or KEYS.get(part, part) for part in parts]
            self.actions([{"type": "key", "id": "keys", "actions": [*({"type": "keyDown", "value": key} for key in down), *({"type": "keyUp", "value": key} for key in reversed(down))]}])

    def write(self, text):
        self.actions([{"type": "key", "id": "keys", "actions": [step for letter in text for step in ({"type": "keyDown", "value": letter}, {"type": "keyUp", "value": letter})]}])

    def drag(self, start, end, steps=6):
        move = lambda point: {"type": "pointerMove", "x": round(point[0]), "y": round(point[1]), "duration": 0}
        between = [tuple(a + (b - a) * n / steps for a, b in zip(start, end)) for n in range(1, steps + 1)]
        self.actions([{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": [
            move(start), {"type": "pointerDown", "button": 0}, *map(move, between), {"type": "pointerUp", "button": 0}]}])

    def wheel(self, at, distance):
        self.actions([{"type": "wheel", "id": "wheel", "actions": [{"type": "scroll", "x": round(at[0]), "y": round(at[1]), "deltaX": 0, "deltaY": distance, "duration": 0}]}])

    def pixels(self, x, y, width, height):
        picture = np.asarray(Image.open(io.BytesIO(self.screenshot())).convert("RGB"))
        return picture[y:y + height, x:x + width]


class Firefox(Engine):
    name = "firefox"

    def __init__(self, display):
        self.profile = tempfile.mkdtemp(prefix="isocenter-firefox-")
        (Path(self.profile) / "user.js").write_text("\n".join(f'user_pref("{name}", {json.dumps(value)});' for name, value in {
            "browser.shell.checkDefaultBrowser": False, "datareporting.policy.dataSubmissionEnabled": False, "browser.aboutwelcome.enabled": False, "app.update.enabled": False,
            "intl.accept_languages": "en-GB, en", "layout.css.devPixelsPerPx": "1.0", "gfx.color_management.mode": 0, "remote.active-protocols": 1, "network.captive-portal-service.enabled": False,
            "webgl.force-enabled": True, "toolkit.startup.max_resumed_crashes": -1,
        }.items()))
        self.process = subprocess.Popen([program("firefox-esr", "firefox"), "--remote-debugging-port=0", "--profile", self.profile, "--no-remote", f"--width={WIDTH}", f"--height={HEIGHT + 90}", "about:blank"],
                                        env={**display.env, "MOZ_DISABLE_CONTENT_SANDBOX": "1", "HOME": self.profile}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)
        for line in self.process.stderr:
            match = re.search(r"WebDriver BiDi listening on ws://([\d.]+|localhost):(\d+)", line)
            if match:
                break
        else:
            raise AssertionError("Firefox ended before it listened")
        self.socket, self.number = WebSocket("127.0.0.1", int(match[2]), "/session"), 0
        self.call("session.new", capabilities={})
        self.context = self.call("browsingContext.getTree")["contexts"][0]["context"]
        self.call("browsingContext.setViewport", context=self.context, viewport={"width": WIDTH, "height": HEIGHT}, devicePixelRatio=1)

    def call(self, method, **params):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.receive())
            if answer.get("id") == self.number:
                assert answer["type"] == "success", answer
                return answer["result"]

    def goto(self, url):
        self.call("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def evaluate(self, script):
        answer = self.call("script.evaluate", expression=f"JSON.stringify({script})", target={"context": self.context}, awaitPromise=True)
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"]) if answer["result"]["type"] == "string" else None

    def actions(self, sources):
        self.call("input.performActions", context=self.context, actions=sources)

    def screenshot(self):
        return base64.b64decode(self.call("browsingContext.captureScreenshot", context=self.context, origin="viewport")["data"])

    def close(self):
        ended(self.process)
        self.process.stderr.close()
        shutil.rmtree(self.profile, ignore_errors=True)


class WebKit(Engine):
    name = "webkit"

    def __init__(self, display):
        browser = program("/usr/lib/*/webkit2gtk-4.1/MiniBrowser", "/usr/lib/*/webkit2gtk-4.0/MiniBrowser", "/usr/lib/*/webkitgtk-6.0/MiniBrowser")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.home = tempfile.mkdtemp(prefix="isocenter-webkit-")
        self.process = subprocess.Popen([program("WebKitWebDriver"), f"--port={port}"], env={**display.env, "HOME": self.home, "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1", "LANG": "C.UTF-8"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        self.url, end = f"http://127.0.0.1:{port}", time.monotonic() + 20
        while True:
            try:
                requests.get(f"{self.url}/status", timeout=5)
                break
            except requests.ConnectionError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
        session = self.call("POST", "/session", capabilities={"alwaysMatch": {"webkitgtk:browserOptions": {"binary": browser, "args": ["--automation", "--geometry=1100x900"]}}})
        self.url += f"/session/{session['sessionId']}"
        self.call("POST", "/window/rect", x=0, y=0, width=WIDTH, height=HEIGHT + 60)

    def call(self, method, path, **body):
        answer = requests.request(method, self.url + path, json=body if method == "POST" else None, timeout=60).json()["value"]
        assert not (isinstance(answer, dict) and "error" in answer), answer
        return answer

    def goto(self, url):
        self.call("POST", "/url", url=url)

    def evaluate(self, script):
        return self.call("POST", "/execute/sync", script=f"return {script}", args=[])

    def actions(self, sources):
        self.call("POST", "/actions", actions=sources)

    def screenshot(self):
        return base64.b64decode(self.call("GET", "/screenshot"))

    def close(self):
        try:
            self.call("DELETE", "")
        finally:
            ended(self.process)
            shutil.rmtree(self.home, ignore_errors=True)


class WebSocket:
    """A client's end of RFC 6455, text messages only."""

    def __init__(self, host, port, path):
        self.socket = socket.create_connection((host, port), timeout=60)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        self.stream = self.socket.makefile("rb")
        status = self.stream.readline()
        assert b" 101 " in status, status
        while self.stream.readline().strip():
            pass

    def send(self, text, opcode=1):
        data = text.encode() if isinstance(text, str) else text
        mask = os.urandom(4)
        length = struct.pack("!B", 0x80 | len(data)) if len(data) < 126 else struct.pack("!BH", 0xFE, len(data)) if len(data) < 65536 else struct.pack("!BQ", 0xFF, len(data))
        self.socket.sendall(bytes([0x80 | opcode]) + length + mask + bytes(byte ^ mask[n % 4] for n, byte in enumerate(data)))

    def receive(self):
        message = b""
        while True:
            first, second = self.stream.read(2)
            length = second & 0x7F
            length = struct.unpack("!H", self.stream.read(2))[0] if length == 126 else struct.unpack("!Q", self.stream.read(8))[0] if length == 127 else length
            data = self.stream.read(length)
            if first & 15 == 9:
                self.send(data, opcode=10)
            elif first & 15 in (0, 1):
                message += data
                if first & 0x80:
                    return message.decode()
