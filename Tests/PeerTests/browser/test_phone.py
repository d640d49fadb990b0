"""One column, thumbs, fingers."""

import re

import pytest
from conftest import eventually

PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 3, "has_touch": True, "is_mobile": True}


@pytest.fixture
def phone(new_page):
    return new_page(**PHONE)


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_list_as_cards(phone, server_url):
    phone.goto(server_url)
    phone.ready("studies")
    row = phone.locator("[data-study]").first
    assert row.bounding_box()["height"] >= 80
    assert fits(phone)
    phone.shot("phone-studies")
    for button in phone.locator("button:visible").all():
        box = button.bounding_box()
        assert box["width"] >= 24 and box["height"] >= 24
    row.click()
    phone.ready("viewer")


def test_viewer_with_fingers(phone):
    phone.open_study("ct")
    phone.drawn()
    assert fits(phone)
    assert "Phantom, Carla Maria" in phone.inner_text(".patient-bar") and phone.locator(".patient-id").is_visible()
    for tool in phone.locator(".toolbar button:visible").all():
        box = tool.bounding_box()
        assert box["width"] >= 43 and box["height"] >= 43 and box["x"] + box["width"] <= 390.5
    stage = phone.locator(".stage").bounding_box()
    assert stage["height"] > 844 * 0.6, "the image owns the screen"
    phone.wait_data("loaded-frames", 48)
    phone.shot("phone-viewer")

    phone.locator("[data-command=scroll]").click()
    phone.wait_for_selector("[data-command=scroll][aria-pressed=true]")
    phone.touch("touchStart", (195, 300))
    for y in range(310, 520, 15):
        phone.touch("touchMove", (195, y))
    phone.touch("touchEnd")
    assert eventually(lambda: int(phone.data("image-index")) > 3)

    phone.locator("[data-command=windowLevel]").click()
    phone.wait_for_selector("[data-command=windowLevel][aria-pressed=true]")
    phone.touch("touchStart", (195, 300))
    for x in range(200, 280, 10):
        phone.touch("touchMove", (x, 300))
    phone.touch("touchEnd")
    phone.wait_data("window-from", "manual")

    percent = lambda: int(re.search(r"Zoom (\d+)", phone.inner_text("[data-viewport='0'] .bottomRight"))[1])
    before = percent()
    phone.touch("touchStart", (150, 400), (240, 400))
    for n in range(1, 10):
        phone.touch("touchMove", (150 - 8 * n, 400), (240 + 8 * n, 400))
    phone.touch("touchEnd")
    assert eventually(lambda: percent() > before * 1.5), "two fingers enlarge"


def test_lying_on_its_side_the_image_has_the_screen(new_page):
    phone = new_page(**{**PHONE, "viewport": {"width": 844, "height": 390}})
    phone.open_study("us")
    phone.drawn()
    box = phone.viewport().bounding_box()
    assert box["width"] > 830 and box["height"] > 250
    assert fits(phone) and phone.locator("[data-menu=more]").is_visible()
    phone.shot("phone-landscape")


def test_more_menu(phone):
    phone.open_study("ct")
    phone.drawn()
    phone.locator("[data-menu=more]").click()
    assert phone.locator("#menu-more").get_by_text("Rotate right").is_visible()
    phone.shot("phone-more")
