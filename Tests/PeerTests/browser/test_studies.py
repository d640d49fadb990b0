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


def sent(page):
    """The check table is answered: what is ticked goes."""
    page.locator(".upload-check footer .primary:enabled").click()


def test_upload_tells_of_every_file(studies, tmp_path):
    good = tmp_path / "good.dcm"
    good.write_bytes(generated.written(arrival("Uniform", 1)))
    bad = tmp_path / "letter.txt"
    bad.write_text("not an image")
    studies.set_input_files("#upload-files", [good, bad])
    assert studies.locator(".check-left li").text_content().startswith("letter.txt")
    sent(studies)
    assert eventually(lambda: studies.locator(".upload-lines [data-state=stored]").count() == 1)
    assert eventually(lambda: "The file is in the archive" in studies.inner_text(".upload-summary"))
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
    sent(studies)
    assert eventually(lambda: studies.locator(".upload-lines [data-state=stored]").count() == 1)


def test_filters_by_chip_and_saved(studies, new_page, server_url):
    """Modality and dates are chips of one query that stands in the address; saved, they are there on every screen of the reader."""
    address = lambda page: page.evaluate("location.hash")
    studies.click("[data-chip=US]")
    assert eventually(lambda: "modality=US" in address(studies))
    modalities = lambda page: {row.inner_text() for row in page.locator("[data-study] .cell.modality").all()}
    assert eventually(lambda: modalities(studies) and all("US" in text for text in modalities(studies)))
    search(studies, "a")
    studies.fill("#filter-from", "2000-01-01")
    assert eventually(lambda: "from=2000-01-01" in address(studies) and "search=a" in address(studies))
    studies.click("#filter-save")
    studies.fill("#name-input", "<b>Breast</b>")
    studies.click("#name-go")
    saved = studies.locator("[data-filter]")
    assert eventually(lambda: saved.count() == 1 and saved.get_attribute("aria-pressed") == "true")
    assert saved.inner_text() == "<b>Breast</b>", "a name is no markup"
    studies.click("[data-chip=all]")
    assert eventually(lambda: "from=" not in address(studies))
    other = new_page()
    other.goto(server_url)
    other.ready("studies")
    other.locator("[data-filter]").click()
    assert eventually(lambda: "modality=US" in address(other) and "from=2000-01-01" in address(other) and other.input_value("#search") == "a")
    other.shot("studies-filters")
    other.locator(".forget").click()
    assert eventually(lambda: other.locator("[data-filter]").count() == 0)
    other.goto("#/studies?modality=%3Cscript%3E&days=99&order=up&sort=nothing&from=yesterday")
    other.ready("studies")
    assert eventually(lambda: len(names(other)) > 10), "an address that says nonsense asks for everything"


def test_quick_look_by_keyboard(studies):
    search(studies, "phantom")
    assert eventually(lambda: len(names(studies)) == 1)
    studies.focus(".rows")
    studies.keyboard.press("Space")
    look = studies.locator(".quick-look")
    studies.wait_for_selector(".quick-look[data-state=shown]")
    text = look.inner_text()
    assert "Phantom, Carla Maria" in text and "PH-0001" in text and "3 May 2026" in text
    assert studies.locator("[data-look-series]").count() >= 2
    assert eventually(lambda: studies.locator(".look-series img").count() >= 1), "pictures of the series"
    assert studies.evaluate("document.activeElement.getAttribute('role')") == "grid", "the reader stays in the list"
    studies.shot("studies-quick-look")
    search(studies, "P1")
    assert eventually(lambda: studies.get_by_role("grid").get_attribute("aria-rowcount") == "241")
    studies.focus(".rows")
    for _ in range(5):
        studies.keyboard.press("ArrowDown")
        chosen = studies.locator("[data-study][aria-selected=true]")
        assert eventually(lambda: look.get_attribute("data-study") == chosen.get_attribute("data-study"))
    assert eventually(lambda: look.get_attribute("data-state") == "shown")
    assert chosen.locator(".name").inner_text() in look.inner_text()
    studies.keyboard.press("Escape")
    assert look.is_hidden()
    assert studies.evaluate("location.hash").endswith("search=P1"), "closing it leaves the list as it is"
