"""Chromium is tested everywhere else; here the same walk in Firefox and WebKit: sign in, list, open, scroll, window, measure, and every grey value as numpy has it."""
import generated
import numpy as np
import pytest
import reference
import requests
from conftest import SCREENSHOTS

from engines import Display, Firefox, Missing, WebKit
from peer import web
from peer.server import PASSWORD, USER

CASES = ("linear", "linear_exact", "sigmoid", "signed_overlay", "inverse_padding", "modality_table", "palette")


@pytest.fixture(scope="module")
def filled(own_server):
    files = [*generated.ct(), *generated.patterns()]
    session = requests.Session()
    session.auth = (USER, PASSWORD)
    body, kind = web.multipart([generated.written(ds) for ds in files])
    answer = session.post(f"{own_server.http}/dicom-web/studies", data=body, headers={"Content-Type": kind, "Accept": web.DICOM_JSON}, timeout=120)
    assert answer.status_code in (200, 202), answer.text[:500]
    return own_server


@pytest.fixture(scope="module")
def display():
    try:
        display = Display()
    except Missing as missing:
        pytest.skip(str(missing))
    yield display
    display.close()


@pytest.fixture(params=[Firefox, WebKit], ids=lambda kind: kind.name)
def engine(request, display):
    try:
        engine = request.param(display)
    except Missing as missing:
        pytest.skip(str(missing))
    yield engine
    engine.close()


def ready(engine, screen):
    engine.until(f"document.documentElement.dataset.ready === '{screen}'")


def test_a_reader_walks_from_the_door_to_a_measurement(engine, filled):
    engine.goto(f"{filled.http}/")
    ready(engine, "signIn")
    engine.write(USER)
    engine.keys("Tab")
    engine.write(PASSWORD)
    engine.keys("Enter")
    ready(engine, "studies")
    engine.until("[...document.querySelectorAll('[data-study] .name')].some((name) => name.textContent === 'Phantom, Carla Maria')")
    engine.keys("/")
    engine.write("phantom")
    engine.until("document.querySelectorAll('[data-study]').length === 1")
    engine.keys("ArrowDown", "Enter")
    ready(engine, "viewer")
    data = lambda name: f"document.querySelector('[data-viewport=\"0\"]').dataset.{name}"
    engine.until(f"{data('state')} === 'full'")
    box = engine.evaluate("(({ x, y, width, height }) => ({ x, y, width, height }))(document.querySelector('[data-viewport=\"0\"]').getBoundingClientRect())")
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    engine.wheel(middle, 120)
    engine.until(f"{data('imageIndex')} === '1'")
    engine.keys("ArrowDown")
    engine.until(f"{data('imageIndex')} === '2'")
    engine.keys("6")
    engine.until(f"{data('windowWidth')} === '1500' && {data('windowCenter')} === '-600'")
    engine.keys("w")
    engine.drag((middle[0], middle[1] + 150), (middle[0] + 60, middle[1] + 170))
    engine.until(f"{data('windowFrom')} === 'manual' && {data('windowWidth')} !== '1500'")

    engine.keys("Shift+F")
    engine.until("document.querySelector('.corner.bottomRight').textContent.includes('Zoom 100 %')")
    engine.keys("l")
    engine.drag((middle[0] - 30, middle[1]), (middle[0] + 50, middle[1]))
    assert settled_words(engine) == "106.3 mm"  # 80 pixels of 340 / 256 mm
    engine.keys("Ctrl+z")  # the next engine finds none
    engine.until("document.querySelectorAll('.mark').length === 0 && document.querySelector('.draft-status').dataset.draft === 'saved'")

    # Every pixel on screen, with each renderer this engine has.
    for renderer in ("webgl2", "cpu"):
        engine.goto(f"{filled.http}/#/study/{generated.uid('patterns')}?renderer={renderer}")
        ready(engine, "viewer")
        engine.until(f"{data('state')} === 'full'")
        assert engine.evaluate("document.querySelector('.stage-canvas').getContext('webgl2') !== null") == (renderer == "webgl2"), "drawn by what was asked for"
        engine.keys("o", "o")
        for name in CASES:
            ds = next(one for one in generated.patterns() if one.SeriesDescription == name)
            engine.evaluate(f"document.querySelector('.series-item[data-series=\"{generated.uid('patterns', name)}\"]').click() ?? true")
            engine.until(f"{data('series')} === '{generated.uid('patterns', name)}' && {data('state')} === 'full'")
            engine.evaluate("document.querySelector('[data-viewport=\"0\"]').focus() ?? true")
            engine.keys("Shift+F", "Shift+I")
            box = engine.evaluate("(({ x, y, width, height }) => ({ x, y, width, height }))(document.querySelector('[data-viewport=\"0\"]').getBoundingClientRect())")
            left, top = (int(np.floor(box[a] + np.floor(box[b] / 2 - size / 2 + 0.5) + 0.5)) for a, b, size in (("x", "width", ds.Columns), ("y", "height", ds.Rows)))
            expected = reference.rgb(ds) if name == "palette" else np.repeat(reference.shown(ds)[..., None], 3, -1)
            different = settled(engine, left, top, expected)
            assert different == 0, f"{engine.name} {renderer} {name}: {different} of {expected.size // 3} pixels differ"


def settled_words(engine):
    """The first line of the mark, once it stands still: the pointer is let go of, and the draft is saved."""
    engine.until("document.querySelector('.draft-status')?.dataset.draft === 'saved' && document.querySelectorAll('.mark:not(.draft)').length === 1")
    return engine.evaluate("document.querySelector('.mark text tspan').textContent")


def settled(engine, left, top, expected, tries=40):
    """Pixels that differ, once what was drawn has reached the screen."""
    for _ in range(tries):
        actual = engine.pixels(left, top, expected.shape[1], expected.shape[0])
        different = int((actual != expected).any(-1).sum()) if actual.shape == expected.shape else expected.size
        if not different:
            return 0
    (SCREENSHOTS / f"engine-{engine.name}.png").write_bytes(engine.screenshot())
    return different
