"""Pixels on screen against numpy, byte for byte at 1:1, with the graphics processor and without it."""

import numpy as np
import generated
import pytest
import reference

FILES = {ds.SeriesDescription: ds for ds in generated.patterns()}
COLOUR = ["rgb_planes", "ybr_full", "rle_colour", "jpeg_2000_colour", "palette", "palette_segments"]
GREY = [name for name in generated.PATTERNS if name not in (*COLOUR, "jpeg_grey", "jpeg_2000_broken", "enhanced")]


@pytest.fixture(scope="module")
def reader(browser, server_url, archive):
    """One page for each renderer, kept open over the cases."""
    from conftest import Page

    pages = {}

    def get(renderer):
        if renderer not in pages:
            context = browser.new_context(storage_state=archive.state, viewport={"width": 700, "height": 600}, base_url=server_url, locale="en-GB")
            page = Page(context.new_page(), renderer)
            page.open_study("patterns", f"?renderer={renderer}")
            page.drawn()
            page.keyboard.press("o"), page.keyboard.press("o")  # no overlays
            pages[renderer] = page
        return pages[renderer]

    yield get
    for page in pages.values():
        assert not page.problems, page.problems
        page.page.context.close()


def show(page, name):
    page.open_series("patterns", name)
    page.focus("[data-viewport='0']")
    page.keyboard.press("Shift+F")
    page.keyboard.press("Shift+I")


@pytest.mark.parametrize("renderer", ["webgl2", "cpu"])
@pytest.mark.parametrize("name", GREY)
def test_grey(reader, name, renderer):
    page, ds = reader(renderer), FILES[name]
    show(page, name)
    expected = reference.shown(ds)
    assert expected.min() < 60 and expected.max() > 195, "the case shows something"
    actual = page.image_pixels(ds.Rows, ds.Columns)
    assert (actual[..., 0] == actual[..., 1]).all() and (actual[..., 0] == actual[..., 2]).all()
    different = (actual[..., 0] != expected).sum()
    assert different == 0, f"{different} of {expected.size} pixels differ, first {np.argwhere(actual[..., 0] != expected)[:3].tolist()}"


@pytest.mark.parametrize("renderer", ["webgl2", "cpu"])
@pytest.mark.parametrize("name", COLOUR)
def test_colour(reader, name, renderer):
    page, ds = reader(renderer), FILES[name]
    show(page, name)
    assert (page.image_pixels(ds.Rows, ds.Columns) == reference.rgb(ds)).all()
    assert page.data("window-center") is None, "colour has no window"


def test_smooth_at_one_to_one_is_exact_too(reader):
    page, ds = reader("webgl2"), FILES["linear"]
    page.open_series("patterns", "linear")
    page.focus("[data-viewport='0']")
    page.keyboard.press("Shift+F")
    assert (page.image_pixels(ds.Rows, ds.Columns)[..., 0] == reference.shown(ds)).all()


def test_enlarged_without_smoothing_pixels_keep_their_value(reader):
    page, ds = reader("webgl2"), FILES["linear"]
    show(page, "linear")
    page.keyboard.press("f")
    box = page.viewport().bounding_box()
    shown = page.pixels(box)[..., 0]
    expected = reference.shown(ds)
    scale = min(box["width"] / ds.Columns, box["height"] / ds.Rows)
    left, top = (box["width"] - ds.Columns * scale) / 2, (box["height"] - ds.Rows * scale) / 2
    for row, column in [(5, 5), (64, 64), (100, 20), (120, 127), (10, 0)]:  # the focus ring lies on the outermost pixels
        assert shown[int(top + (row + 0.5) * scale), int(left + (column + 0.5) * scale)] == expected[row, column]


def test_inverted_by_the_reader(reader):
    page, ds = reader("webgl2"), FILES["inverse_padding"]
    show(page, "inverse_padding")
    page.keyboard.press("i")
    expected = np.where(reference.stored(ds) == 0, 0, 255 - reference.shown(ds))
    assert (page.image_pixels(ds.Rows, ds.Columns)[..., 0] == expected).all(), "padding stays black"


def test_turned_and_flipped(reader):
    page, ds = reader("webgl2"), FILES["linear"]
    show(page, "linear")
    expected = reference.shown(ds)
    for key, turn in [("r", lambda a: np.rot90(a, -1)), ("h", np.fliplr), ("v", np.flipud), ("Shift+R", lambda a: np.rot90(a, 1))]:
        page.keyboard.press(key)
        expected = turn(expected)
        assert (page.image_pixels(ds.Rows, ds.Columns)[..., 0] == expected).all(), key


def test_windows_by_key_and_full_range(reader):
    page, ds = reader("webgl2"), FILES["linear"]
    show(page, "linear")
    page.keyboard.press("0")
    values = reference.stored(ds)
    window = ((int(values.min()) + int(values.max()) + 1) / 2, int(values.max()) - int(values.min()) + 1)
    page.wait_data("window-from", "full")
    assert (float(page.data("window-center")), float(page.data("window-width"))) == window
    assert (page.image_pixels(ds.Rows, ds.Columns)[..., 0] == reference.shown(ds, window)).all()


def test_a_lost_context_comes_back_with_the_same_picture(reader):
    page, ds = reader("webgl2"), FILES["sigmoid"]
    show(page, "sigmoid")
    page.evaluate(
        """() => new Promise((done) => {
          const canvas = document.querySelector("canvas.stage-canvas");
          const lose = canvas.getContext("webgl2").getExtension("WEBGL_lose_context");
          canvas.addEventListener("webglcontextrestored", () => requestAnimationFrame(() => requestAnimationFrame(done)), { once: true });
          canvas.addEventListener("webglcontextlost", () => setTimeout(() => lose.restoreContext(), 50), { once: true });
          lose.loseContext();
        })""")
    assert (page.image_pixels(ds.Rows, ds.Columns)[..., 0] == reference.shown(ds)).all()


def test_jpeg_baseline_by_the_browser(reader):
    page, ds = reader("webgl2"), FILES["jpeg_grey"]
    show(page, "jpeg_grey")
    actual = page.image_pixels(ds.Rows, ds.Columns)[..., 0].astype(int)
    assert np.abs(actual - ds.pixel_array).max() <= 1, "decoders of lossy JPEG may differ by one"
    assert page.locator(".badge.lossy").is_visible(), "hidden overlays do not hide this"


def test_a_frame_that_cannot_be_decoded_says_why(reader):
    page = reader("webgl2")
    page.open_series("patterns", "jpeg_2000_broken", state="error")
    message = page.inner_text("[data-viewport='0'] .message")
    assert "could not be loaded" in message and "frame" in message, message


@pytest.mark.parametrize("name, decoder", [("rle", "page"), ("rle_colour", "page"), ("jpeg_2000", "server")])
def test_who_decodes(new_page, name, decoder):
    """One request a frame: as stored where the page decodes, decoded where the server does."""
    page, asked = new_page(), []
    page.page.on("request", lambda request: asked.append(request.headers["accept"]) if "/frames/" in request.url and series in request.url else None)
    series = generated.uid("patterns", name)
    page.open_study("patterns"), page.drawn()
    page.open_series("patterns", name)
    assert len(asked) == 1 and asked[0].endswith("transfer-syntax=*" if decoder == "page" else "transfer-syntax=1.2.840.10008.1.2.1"), asked


@pytest.mark.parametrize("renderer", ["webgl2", "cpu"])
def test_frames_of_an_enhanced_image_have_their_own_window_and_place(reader, renderer, standin):
    if standin:
        pytest.skip("the stand-in knows no functional groups")
    page, ds = reader(renderer), FILES["enhanced"]
    show(page, "enhanced")
    arrays = np.frombuffer(ds.PixelData, "<u2").reshape(3, 128, 128).astype(float)
    # Along the normal: the second frame lies lowest.
    order = [1, 0, 2]
    page.keyboard.press("Home")
    for place, frame in enumerate(order):
        page.wait_data("image-index", str(place)), page.drawn()
        groups = ds.PerFrameFunctionalGroupsSequence[frame]
        rescale, window = groups.PixelValueTransformationSequence[0], groups.FrameVOILUTSequence[0]
        x = arrays[frame] * float(rescale.RescaleSlope) + float(rescale.RescaleIntercept)
        expected = np.floor(reference.voi(x, float(window.WindowCenter), float(window.WindowWidth)) + 0.5)
        assert (page.image_pixels(128, 128)[..., 0] == expected).all(), f"frame {frame + 1}"
        page.keyboard.press("ArrowDown")


def test_overlays_and_shutters_are_hidden_by_a_key_and_it_says_so(reader):
    page, ds = reader("webgl2"), FILES["shutters"]
    show(page, "shutters")
    page.keyboard.press("Shift+O")
    page.locator(".badge.planes").wait_for()
    bare = np.floor(reference.voi(reference.stored(ds), 2048, 4096) + 0.5)
    assert (page.image_pixels(ds.Rows, ds.Columns)[..., 0] == bare).all()
    page.keyboard.press("Shift+O")
    assert (page.image_pixels(ds.Rows, ds.Columns)[..., 0] == reference.shown(ds)).all()


def test_objects_without_pixels_are_named(reader):
    page = reader("webgl2")
    page.open_series("patterns", "report")
    assert "Structured report" in page.inner_text("[data-viewport='0'] .message")
