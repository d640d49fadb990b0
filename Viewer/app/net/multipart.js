/**
 * multipart/related (RFC 2046 §5.1, PS3.18 §8.6.1.2) split while it arrives. A pure value machine: bytes in, events out.
 */

export class MultipartError extends Error {}

const mostHeaderBytes = 16 * 1024;
const [CR, LF, dash] = [13, 10, 45];

/** A Content-Type or similar header: `{type, parameters}`, names in lower case, quotes removed. */
export function mediaType(header) {
  const [type = "", ...rest] = (header ?? "").match(/(?:[^;"]|"(?:\\.|[^"\\])*")+/g) ?? [];
  const parameters = {};
  for (const part of rest) {
    const at = part.indexOf("=");
    if (at < 0) continue;
    const value = part.slice(at + 1).trim();
    parameters[part.slice(0, at).trim().toLowerCase()] = value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value;
  }
  return { type: type.trim().toLowerCase(), parameters };
}

/**
 * A splitter for one body. `push(chunk)` gives events `{headers}` (names in lower case), `{data}` (a view into the chunk
 * or a small copy), `{end: true}` (the part is whole). `finish()` throws where the body stopped before its last boundary.
 */
export function splitter(boundary) {
  if (!boundary) throw new MultipartError("no boundary in the content type");
  const delimiter = new TextEncoder().encode(`\r\n--${boundary}`);
  let state = "preamble";
  // The delimiter of the first part may come without its line break: pretend that one came before.
  let held = Uint8Array.of(CR, LF);

  function push(chunk) {
    const events = [];
    let bytes = joined(held, chunk);
    let at = 0;
    for (;;) {
      if (state === "done") { at = bytes.length; break; }
      if (state === "preamble" || state === "data") {
        const found = find(bytes, delimiter, at);
        if (found.whole) {
          if (state === "data") {
            if (found.at > at) events.push({ data: bytes.subarray(at, found.at) });
            events.push({ end: true });
          }
          at = found.at + delimiter.length;
          state = "afterDelimiter";
          continue;
        }
        if (state === "data" && found.at > at) events.push({ data: bytes.subarray(at, found.at) });
        at = found.at; // what may be the beginning of a delimiter waits for more
        break;
      }
      if (state === "afterDelimiter") {
        if (bytes.length - at < 2) break;
        if (bytes[at] === dash && bytes[at + 1] === dash) { state = "done"; continue; }
        const line = bytes.indexOf(LF, at); // white space may follow the boundary
        if (line < 0) {
          if (bytes.length - at > mostHeaderBytes) throw new MultipartError("no line end after a boundary");
          break;
        }
        at = line + 1;
        state = "headers";
        continue;
      }
      const end = headersEnd(bytes, at);
      if (!end) {
        if (bytes.length - at > mostHeaderBytes) throw new MultipartError("part headers are too long");
        break;
      }
      events.push({ headers: parseHeaders(new TextDecoder().decode(bytes.subarray(at, end.from))) });
      // The line break that ends the headers may be the one a delimiter of an empty part begins with.
      at = end.to;
      state = "data";
    }
    held = bytes.slice(at);
    return events;
  }

  function finish() {
    if (state !== "done") throw new MultipartError("the answer ended in the middle");
  }
  return { push, finish };
}

function joined(first, second) {
  if (!first.length) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** Where the delimiter is, or from where on it could still become one. */
function find(bytes, delimiter, from) {
  for (let at = bytes.indexOf(CR, from); at >= 0; at = bytes.indexOf(CR, at + 1)) {
    let same = 1;
    while (same < delimiter.length && at + same < bytes.length && bytes[at + same] === delimiter[same]) same++;
    if (same === delimiter.length) return { at, whole: true };
    if (at + same === bytes.length) return { at, whole: false };
  }
  return { at: bytes.length, whole: false };
}

/** The empty line that ends the headers: at the very start (no headers) or after a line. */
function headersEnd(bytes, from) {
  if (bytes[from] === CR && bytes[from + 1] === LF) return { from, to: from + 2 };
  for (let at = bytes.indexOf(CR, from); at >= 0; at = bytes.indexOf(CR, at + 1)) {
    if (bytes[at + 1] === LF && bytes[at + 2] === CR && bytes[at + 3] === LF) return { from: at, to: at + 4 };
  }
  return null;
}

function parseHeaders(text) {
  const headers = {};
  for (const line of text.split("\r\n")) {
    const at = line.indexOf(":");
    if (at > 0) headers[line.slice(0, at).trim().toLowerCase()] = line.slice(at + 1).trim();
  }
  return headers;
}

/** Collects the pieces of one part; refuses to grow beyond `most` bytes. */
export function collector(most) {
  const pieces = [];
  let size = 0;
  return {
    add(piece) {
      size += piece.length;
      if (size > most) throw new MultipartError(`a part is larger than ${most} bytes`);
      pieces.push(piece.slice());
    },
    whole() {
      if (pieces.length === 1) return pieces[0];
      const all = new Uint8Array(size);
      let at = 0;
      for (const piece of pieces) { all.set(piece, at); at += piece.length; }
      return all;
    },
  };
}
