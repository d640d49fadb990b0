"""The study list."""

import re

import generated
import pytest
from conftest import eventually


def names(page):
    """Names of the rows in the document, from top to bottom."""
    return page.evaluate("""() => [...document.querySelectorAll("[data-study]")]
        .sort((a, b) => a.ariaRowIndex - b.ariaRowIndex).map((row) => row.querySelector(".name").textContent)""")


def search(page, text):
    page.fill("#search", text)


def shows(page, *expected):
    return eventually(lambda: names(page)[: len(expected)] == list(expected))


@pytest.fixture
def studies(page, server_url):
    page.goto(server_url)
    page.ready("studies")
    return page


def test_search_as_you_type_by_name_part_accents_and_id(studies):
    for text, name in [("phantom", "Phantom, Carla Maria"), ("elodie rontgen", "Röntgen, Élodie"), ("jp-4711", "Yamada, Tarou"), ("山田", "Yamada, Tarou"), ("echo 2026-05", "Yamada, Tarou")]:
        search(studies, text)
        assert shows(studies, name), text
        assert eventually(lambda: len(names(studies)) == 1), text
    search(studies, "nobody-has-this-name")
    assert eventually(lambda: "nobody-has-this-name" in studies.inner_text("main"))
    studies.shot("studies-nothing")
    studies.focus("#search")
    studies.keyboard.press("Escape")
    assert eventually(lambda: len(names(studies)) > 10)


def test_all_name_groups_are_shown(studies):
    search(studies, "yamada")
    assert shows(studies, "Yamada, Tarou")
    groups = studies.inner_text("[data-study] .groups")
    assert "山田 太郎" in groups and "やまだ たろう" in groups


def test_an_older_answer_never_overwrites_a_newer_one(studies):
    """The first answer is held back until the second search is done."""
    held = []
    studies.route(re.compile(r"/api/studies\?.*search=abel"), lambda route: held.append(route))
    search(studies, "abel")
    assert eventually(lambda: held, page=studies)
    search(studies, "rossi")
    assert eventually(lambda: (names(studies) or [""])[0].startswith("Rossi"))
    try:
        held[0].continue_()
    except Exception:
        pass  # the page has aborted it: that is the point
    studies.wait_for_timeout(300)
    assert all(name.startswith("Rossi") for name in names(studies))


def test_sort_by_columns_and_back(studies):
    search(studies, "P1")
    assert eventually(lambda: studies.get_by_role("grid").get_attribute("aria-rowcount") == "241")
    header = studies.get_by_role("columnheader").filter(has_text="Patient")
    header.get_by_role("button").click()
    assert eventually(lambda: (names(studies) or [""])[0].startswith("Abel"))
    assert header.get_attribute("aria-sort") == "ascending"
    header.get_by_role("button").click()
    assert eventually(lambda: (names(studies) or [""])[0].startswith(("Tanaka", "Sørensen")))
    assert "sort=patient" in studies.url


def test_pages_are_loaded_while_scrolling_and_the_document_stays_small(studies):
    search(studies, "P1")
    assert eventually(lambda: studies.get_by_role("grid").get_attribute("aria-rowcount") == "241")
    grid = studies.locator(".rows")
    seen = set()
    for _ in range(80):
        seen.update(row.get_attribute("data-study") for row in studies.locator("[data-study]").all())
        assert studies.locator("[data-study]").count() < 80
        at = grid.evaluate("e => { e.scrollTop += e.clientHeight / 2; return [e.scrollTop, e.scrollHeight - e.clientHeight] }")
        studies.wait_for_timeout(40)
        if at[0] >= at[1] - 1 and len(seen) >= 240:
            break
    assert len(seen) == 240


def test_keyboard_only_from_search_to_images(studies):
    studies.keyboard.press("/")
    studies.keyboard.type("phantom")
    assert eventually(lambda: len(names(studies)) == 1)
    studies.keyboard.press("ArrowDown")
    assert studies.evaluate("document.activeElement.getAttribute('role')") == "grid"
    studies.keyboard.press("Enter")
    studies.ready("viewer")
    studies.drawn()
    studies.keyboard.press("ArrowDown")
    studies.wait_data("image-index", 1)
    studies.keyboard.press("6")
    studies.wait_data("window-width", 1500)
    studies.keyboard.press("Escape")
    studies.ready("studies")
    assert studies.input_value("#search") == "phantom", "the list is as it was"


def test_arrow_keys_walk_the_rows(studies):
    search(studies, "P1")
    assert eventually(lambda: studies.get_by_role("grid").get_attribute("aria-rowcount") == "241")
    studies.focus(".rows")
    for _ in range(30):
        studies.keyboard.press("ArrowDown")
    selected = studies.locator("[data-study][aria-selected=true]")
    assert selected.get_attribute("aria-rowindex") == "32"
    assert studies.get_by_role("grid").get_attribute("aria-activedescendant") == selected.get_attribute("id")
    box, area = selected.bounding_box(), studies.locator(".rows").bounding_box()
    assert area["y"] <= box["y"] and box["y"] + box["height"] <= area["y"] + area["height"] + 1


def arrival(name, number):
    ds = generated.base(f"arrival-{name}-{number}", "only", 1, "CR", (f"{name}^{number}", f"LIVE-{name}-{number}", "", ""), StudyDate="20991231", StudyDescription="Just arrived")
    return generated.grey(ds, generated.ramp(size=16), 12)


def test_new_studies_arrive_by_themselves(studies, archive):
    search(studies, "just arrived zulu")
    assert eventually(lambda: "No study" in studies.inner_text("main"))
    assert eventually(lambda: "on" in (studies.get_attribute(".line-state", "class") or "").split())
    archive.store([arrival("Zulu", 1)])
    assert shows(studies, "Zulu, 1"), "without reloading, into an empty answer"
    archive.store([arrival("Zulu", 2)])
    assert eventually(lambda: sorted(names(studies)) == ["Zulu, 1", "Zulu, 2"])
    assert studies.locator("[data-study].fresh").count() >= 1


def test_arrivals_do_not_move_the_rows_being_read(studies, archive):
    assert eventually(lambda: "on" in (studies.get_attribute(".line-state", "class") or "").split())
    grid = studies.locator(".rows")
    studies.mouse.move(640, 400)
    grid.evaluate("e => { e.scrollTop = 720 }")
    studies.wait_for_timeout(300)
    under = "([x, y]) => document.elementFromPoint(x, y).closest('[data-study]').dataset.study"
    before = studies.evaluate(under, [640, 400])
    archive.store([arrival("Kilo", 1)])
    pill = studies.locator(".pill")
    pill.wait_for(state="visible")
    assert studies.evaluate(under, [640, 400]) == before
    studies.shot("studies-new")
    pill.click()
    assert eventually(lambda: "Kilo, 1" in names(studies))
    assert pill.is_hidden()


def test_upload_tells_of_every_file(studies, tmp_path):
    good = tmp_path / "good.dcm"
    good.write_bytes(generated.written(arrival("Uniform", 1)))
    bad = tmp_path / "letter.txt"
    bad.write_text("not an image")
    studies.set_input_files("#upload-files", [good, bad])
    assert eventually(lambda: studies.locator(".upload-lines [data-state=stored]").count() == 1)
    assert eventually(lambda: studies.locator(".upload-lines [data-state=refused]").count() == 1)
    studies.shot("upload")
    search(studies, "uniform")
    assert shows(studies, "Uniform, 1")


def test_files_dropped_on_the_page_are_sent(studies):
    content = list(generated.written(arrival("Tango", 1)))
    studies.evaluate(
        """(bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "dropped.dcm"));
          for (const type of ["dragenter", "dragover", "drop"]) document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
        }""", content)
    assert eventually(lambda: studies.locator(".upload-lines [data-state=stored]").count() == 1)
