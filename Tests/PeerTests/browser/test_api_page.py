"""The page that tells of the API: found by words, tried with a form, by keyboard and on a phone."""
import json

from conftest import eventually

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_an_operation_is_found_and_tried(own_page):
    page = own_page("#/api", "api")
    page.locator("#api-search").fill("searchPatients")
    page.keyboard.press("Enter")
    page.locator(".api-title").wait_for()
    assert "/dicom-web/patients" in page.inner_text(".api-title")
    page.locator("#api-query-limit").fill("1")
    assert "limit=1" in page.inner_text(".api-curl")
    page.locator(".api-send button").click()
    answer = page.locator(".api-answer")
    assert eventually(lambda: "204" in answer.inner_text())
    page.goto(page.url.split("#")[0] + "#/api/readInfo")
    page.locator(".api-title", has_text="/api/info").wait_for()
    page.keyboard.press("Tab")
    page.locator(".api-send button").press("Enter")
    assert eventually(lambda: "200" in answer.inner_text() and '"aeTitle": "ISOCENTER"' in answer.inner_text())


def test_what_is_missing_is_said_before_anything_is_sent(own_page):
    page = own_page("#/api/retrieveStudyMetadata", "api")
    page.locator(".api-send button").click()
    assert "study" in page.inner_text(".api-form [role=alert]") and page.locator(".api-answer").is_hidden()
    assert page.evaluate("document.activeElement.id") == "api-path-study"


def test_who_may_not_administer_sees_what_readers_may(own_page):
    page = own_page("#/api", "api", reader=True)
    assert page.locator(".api-index a", has_text="/dicom-web/studies").count() > 0
    assert page.locator(".api-index a", has_text="/api/peers").count() == 0


def test_on_a_phone(own_page):
    page = own_page("#/api/readInfo", "api", **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".api-send button").tap()
    assert eventually(lambda: "200" in page.inner_text(".api-answer"))
