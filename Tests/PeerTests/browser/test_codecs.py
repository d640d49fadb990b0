"""The archive's own codecs in the browser: frames of other encoders, decoded by the worker that the page would start."""

import base64
import hashlib
from pathlib import Path

import pytest

VECTORS = Path(__file__).parents[2] / "Fixtures/codecs/vectors.tsv"
ROWS = [line.split("\t") for line in VECTORS.read_text().splitlines()[1:]]

DECODE = """async (frames) => {
  const worker = new Worker(new URL("codecs/worker.js", document.baseURI), { type: "module" });
  const answer = () => new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message || "the worker did not load"));
  });
  const results = [];
  for (const { id, transferSyntax, frame, description } of frames) {
    const bytes = Uint8Array.from(atob(frame), (c) => c.charCodeAt(0));
    const answered = answer();
    worker.postMessage({ id, transferSyntax, bytes, description }, [bytes.buffer]);
    const { error, bytes: decoded } = await answered;
    results.push({ id, error, frame: decoded && btoa(Array.from(decoded, (b) => String.fromCharCode(b)).join("")) });
  }
  worker.terminate();
  return results;
}"""


def frame(row):
    name, syntax, rows, columns, samples, bits, _, encoded = row
    return {"id": name, "transferSyntax": syntax, "frame": encoded, "description": {
        "rows": int(rows), "columns": int(columns), "samplesPerPixel": int(samples), "bitsAllocated": int(bits), "photometricInterpretation": "MONOCHROME2"}}


@pytest.fixture
def page(browser, server_url):
    context = browser.new_context(base_url=server_url)
    page = context.new_page()
    page.goto(server_url)
    if page.request.get("codecs/codecs.wasm").status == 404:
        context.close()
        pytest.skip("codecs.wasm is not built: Tools/build-wasm")
    yield page
    context.close()


def test_frames_of_other_encoders(page):
    results = page.evaluate(DECODE, [frame(row) for row in ROWS])
    assert [result["error"] for result in results if result.get("error")] == []
    hashes = {result["id"]: hashlib.sha256(base64.b64decode(result["frame"])).hexdigest() for result in results}
    assert hashes == {row[0]: row[6] for row in ROWS}


def test_a_broken_frame_is_an_error_in_words(page):
    row = next(row for row in ROWS if row[0] == "grey16-gdcm-lossless")
    broken = frame(row) | {"frame": base64.b64encode(base64.b64decode(row[7])[:200]).decode()}
    first, second = page.evaluate(DECODE, [broken, frame(row)])
    assert first["error"].startswith("JPEG Lossless: ends before the last sample, at byte ")
    assert "error" not in second or second["error"] is None
