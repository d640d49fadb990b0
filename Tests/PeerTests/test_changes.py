"""The change feed (/api/changes): ordered, resumable, filtered, waited for, cut off; studies that have become stable."""
import json
import threading
import time

import pytest

from peer import objects, web

STABLE = ("--set", "studies.stableAfter=1")


def changes(server, status=200, headers=None, **query):
    answer = server.session.get(f"{server.http}/api/changes", params=query, headers=headers or {}, timeout=90)
    assert answer.status_code == status, f"{answer.status_code} {answer.text[:500]}"
    return answer.json()


def everything(server, **query):
    found, since = [], 0
    while True:
        page = changes(server, since=since, **query)
        found += page["changes"]
        since = page["next"]
        if not page["more"]:
            return found


def store(server, *images):
    answer = web.store(server, [objects.file_bytes(i) for i in images])
    assert answer.status_code == 200, answer.text


def until(condition, timeout=20):
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def test_each_instance_once_in_order(new_server):
    server = new_server()
    images = objects.study(series=2, instances=30)
    store(server, *images)
    found = [c for c in everything(server, limit=7) if c["kind"] == "stored"]
    assert [c["sequence"] for c in found] == sorted({c["sequence"] for c in found})
    assert sorted(c["instance"] for c in found) == sorted(i.SOPInstanceUID for i in images)
    assert all(c["study"] == images[0].StudyInstanceUID for c in found)


def test_by_study_and_kind(new_server):
    server = new_server()
    one, other = objects.image(), objects.image()
    store(server, one, other)
    assert [c["instance"] for c in everything(server, study=one.StudyInstanceUID, kind="stored")] == [one.SOPInstanceUID]
    assert everything(server, kind="replaced") == []


@pytest.mark.parametrize("query", [{"kind": "eaten"}, {"study": "1..2"}, {"limit": "0"}, {"limit": "x"}, {"since": "-1"}, {"wait": "3600"}, {"color": "red"}])
def test_wrong_questions_are_refused_by_name(server, query):
    assert next(iter(query)) in changes(server, status=400, **query)["error"]


def test_a_place_beyond_the_end_belongs_to_another_feed(server):
    gone = changes(server, status=410, since=10**12)
    assert gone["pruned"] and gone["newest"] < 10**12


def test_long_poll_answers_when_something_comes(new_server):
    server = new_server()
    image = objects.image()
    since = changes(server)["next"]
    timer = threading.Timer(0.7, store, (server, image))
    timer.start()
    begin = time.monotonic()
    page = changes(server, since=since, wait=30, study=image.StudyInstanceUID)
    assert time.monotonic() - begin < 15
    assert [c["instance"] for c in page["changes"]] == [image.SOPInstanceUID]
    timer.join()
    begin = time.monotonic()
    assert changes(server, since=page["next"], kind="replaced", wait=1)["changes"] == []
    assert 0.8 < time.monotonic() - begin < 10


def events(server, count, last=None, **query):
    """So many change events of the stream: [(id, data)]."""
    headers = {"Accept": "text/event-stream", **({"Last-Event-ID": str(last)} if last is not None else {})}
    found, current = [], {}
    with server.session.get(f"{server.http}/api/changes", params=query, headers=headers, stream=True, timeout=60) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        for line in answer.iter_lines(decode_unicode=True):
            if line:
                name, _, text = line.partition(": ")
                current[name] = text
                continue
            if current.get("event") == "change":
                found.append((int(current["id"]), json.loads(current["data"])))
            current = {}
            if len(found) == count:
                return found


def test_event_stream_goes_on_after_last_event_id(new_server):
    server = new_server()
    images = objects.study(series=1, instances=6)
    store(server, *images[:4])
    first = events(server, 2, since=0, kind="stored")
    timer = threading.Timer(0.5, store, (server, *images[4:]))
    timer.start()
    rest = events(server, 4, last=first[-1][0], kind="stored")
    timer.join()
    # Objects of one request are stored side by side: their order is that in which they were found durable.
    told = [c["instance"] for _, c in first + rest]
    assert [number for number, _ in first + rest] == sorted({number for number, _ in first + rest})
    assert sorted(told[:4]) == sorted(i.SOPInstanceUID for i in images[:4])
    assert sorted(told[4:]) == sorted(i.SOPInstanceUID for i in images[4:])


def stable(server):
    return [c["study"] for c in everything(server, kind="stable")]


def test_a_study_becomes_stable_once_for_each_growth(new_server):
    server = new_server(*STABLE)
    first, second = objects.study(series=1, instances=2)
    store(server, first)
    study = first.StudyInstanceUID
    assert until(lambda: stable(server)) == [study]
    store(server, second)
    assert until(lambda: stable(server)[1:]) == [study]
    store(server, second)
    # Another study that becomes stable later shows that the same again was no growth.
    other = objects.image()
    store(server, other)
    until(lambda: other.StudyInstanceUID in stable(server))
    assert stable(server) == [study, study, other.StudyInstanceUID]


def test_what_was_not_announced_before_a_crash_is_after_it(new_server):
    server = new_server("--set", "studies.stableAfter=3")
    image = objects.image()
    store(server, image)
    server.kill()
    server.start()
    assert until(lambda: stable(server)) == [image.StudyInstanceUID]
    server.kill()
    server.start()
    store(server, late := objects.image())
    assert until(lambda: stable(server)[1:]) == [late.StudyInstanceUID]


def test_the_old_end_is_cut_off_and_said(new_server):
    server = new_server("--set", "changes.number=100", *STABLE)
    for _ in range(3):
        store(server, *objects.study(series=1, instances=50))
    until(lambda: len(stable(server)) == 3)
    newest = changes(server)["newest"]
    assert server.stop() == 0
    server.start()
    gone = until(lambda: (answer := server.session.get(f"{server.http}/api/changes", params={"since": 0}, timeout=30)).status_code == 410 and answer.json())
    assert gone["pruned"] is True and gone["newest"] == newest
    assert until(lambda: changes(server)["changes"][0]["sequence"] == newest - 99)
    assert len(everything_from(server, newest - 100)) == 100


def everything_from(server, since):
    return changes(server, since=since, limit=1000)["changes"]
