/** The `/api` half of the HTTP face (docs/develop/http-api.md). Every URL is relative to the page, so a proxy prefix needs no setting. */

/** An answer that is no success: `status` 0 when the server was not reached; `message` is the server's own sentence where it gave one. */
export class RequestError extends Error {
  constructor(status, message, body = {}, retryAfter = null) {
    super(message);
    this.status = status;
    this.body = body;
    this.retryAfter = retryAfter;
  }
}

export const url = (path) => new URL(path, document.baseURI).href;

/** A URL the server gave ("/dicom-web/…"), below the page's own prefix. */
export const local = (path) => url(path.replace(/^\/+/, ""));

let token = null; // of the session: what only this page can know

export async function call(path, { method = "GET", body, signal, headers = {}, keepalive = false } = {}) {
  let response;
  try {
    response = await fetch(url(path), {
      method, signal, cache: "no-store", keepalive,
      headers: { Accept: "application/json", ...(body && { "Content-Type": "application/json" }), ...(token && method !== "GET" && { "X-CSRF-Token": token }), ...headers },
      body: body && JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new RequestError(0, "");
  }
  if (response.status === 204 || response.status === 202) return null;
  const json = await response.json().catch(() => ({})); // an error page of a proxy is no JSON
  if (!response.ok) throw new RequestError(response.status, json.error ?? "", json, response.headers.get("Retry-After"));
  return json;
}

/** Remembers the session's token for writes. */
export const begun = (answer) => { token = answer.token ?? null; return answer; };
export const session = () => call("api/session").then(begun);
export const signIn = (name, password, code) => call("api/session", { method: "POST", body: { name, password, ...(code && { code }) } }).then(begun);
export const signOut = () => call("api/session", { method: "DELETE" });
export const setUp = (link, name, password) => call("api/setup", { method: "POST", body: { token: link, name, password } }).then(begun);
export const info = () => call("api/info");

/** One page of the study list: `{studies, next, total}`. */
export function studies({ search, modality, from, to, sort, order, limit, cursor }, signal) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ search, modality, from, to, sort, order, limit, cursor })) {
    if (value != null && value !== "") query.set(name, value);
  }
  return call(`api/studies?${query}`, { signal });
}
export const study = (uid, signal) => call(`api/studies/${encodeURIComponent(uid)}`, { signal });
export const manifest = (studyUID, seriesUID, signal) =>
  call(`api/studies/${encodeURIComponent(studyUID)}/series/${encodeURIComponent(seriesUID)}/manifest`, { signal });

/** SOP Instance UIDs of a study, as far as the caller may see them. */
export async function instanceUIDs(studyUID, signal) {
  const answer = await dicom(`dicom-web/studies/${encodeURIComponent(studyUID)}/instances`, signal);
  return answer.map((one) => one["00080018"]?.Value?.[0]).filter(Boolean);
}
/** Attributes of patient and study as the archive has them, in the DICOM JSON model. */
export async function studyAttributes(studyUID, signal) {
  const [found] = await dicom(`dicom-web/studies?${new URLSearchParams({ StudyInstanceUID: studyUID })}`, signal);
  if (!found) throw new RequestError(404, "");
  return found;
}
async function dicom(path, signal) {
  let response;
  try { response = await fetch(url(path), { signal, cache: "no-store", headers: { Accept: "application/dicom+json" } }); } catch (error) {
    throw error.name === "AbortError" ? error : new RequestError(0, "");
  }
  if (response.status === 204) return [];
  const json = await response.json().catch(() => ({}));
  if (!response.ok) throw new RequestError(response.status, json.error ?? "", json);
  return json;
}

/** The reader's own draft: `{version, document, updated, others}`; version 0 where there is none yet. */
export const draft = (studyUID) => call(`api/drafts/${encodeURIComponent(studyUID)}`);
/** @returns `{version}`; fails with 412 and what is there where another version was saved meanwhile. */
export const saveDraft = (studyUID, document, version, keepalive) =>
  call(`api/drafts/${encodeURIComponent(studyUID)}`, { method: "PUT", body: document, headers: { "If-Match": `"${version}"` }, keepalive });

/** Stores marks as a structured report: `{seriesInstanceUID, sopInstanceUID}`. */
export const reportMarks = (studyUID, marks) => call(`api/studies/${encodeURIComponent(studyUID)}/measurements`, { method: "POST", body: { marks } });

/** Stores key images: `{seriesInstanceUID, sopInstanceUID}`; asked again with the same `id` it is not stored twice. */
export const markKeyImages = (studyUID, body) => call(`api/studies/${encodeURIComponent(studyUID)}/key-images`, { method: "POST", body });
export const takeBackKeyImages = (studyUID, uid) => call(`api/studies/${encodeURIComponent(studyUID)}/key-images/${encodeURIComponent(uid)}`, { method: "DELETE" });
/** Stores a view as a presentation state, likewise; `remarks` say what it does not hold. */
export const savePresentation = (studyUID, body) => call(`api/studies/${encodeURIComponent(studyUID)}/presentation-states`, { method: "POST", body });

/** The first step: it can be restored until its time is over. */
export const deleteStudy = (uid, { reason, comment }) =>
  call(`dicom-web/studies/${encodeURIComponent(uid)}?${new URLSearchParams({ reason, comment })}`, { method: "DELETE" });

const pauseBeforeReconnect = 5000; // ms

/**
 * Live arrivals: `study` for every new or grown study; `gone(uid)` for one that was deleted; `state(connected, again)` as the line comes and goes, `again` when
 * it was there before, so that something may have been missed; `signedOut` when the session ended. Returns the function
 * that ends it.
 */
export function events({ study: arrived, gone, state, signedOut }) {
  let source, timer = 0, before = false, ended = false;
  function open() {
    source = new EventSource(url("api/events"));
    source.addEventListener("study", (event) => arrived(JSON.parse(event.data)));
    source.addEventListener("gone", (event) => gone(JSON.parse(event.data).studyInstanceUID));
    source.onopen = () => { state(true, before); before = true; };
    source.onerror = () => {
      state(false);
      // A browser reconnects by itself after a broken line, not after a refusal: then ask why.
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(again, pauseBeforeReconnect);
    };
  }
  async function again() {
    try {
      await session();
    } catch (error) {
      if (ended) return;
      if (error.status === 401) return signedOut();
    }
    if (!ended) open();
  }
  open();
  return () => { ended = true; clearTimeout(timer); source.close(); };
}

/** Address of an instance for frames. */
export const instanceURL = (studyUID, seriesUID, sopUID) => url(`dicom-web/studies/${studyUID}/series/${seriesUID}/instances/${sopUID}`);

/** Bytes behind a link of the metadata. */
export async function bulk(uri, signal) {
  const path = new URL(uri, document.baseURI).pathname;
  const response = await fetch(local(path.slice(Math.max(0, path.indexOf("/dicom-web/")))), { signal, headers: { Accept: "application/octet-stream" } });
  if (!response.ok) throw new RequestError(response.status, "");
  return new Uint8Array(await response.arrayBuffer());
}

/** A file the server makes; fails with its words. */
export async function file(address, signal) {
  let response;
  try {
    response = await fetch(address, { signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new RequestError(0, "");
  }
  if (response.ok) return response.arrayBuffer();
  const json = await response.json().catch(() => ({})); // an error page of a proxy is no JSON
  throw new RequestError(response.status, json.error ?? "", json);
}

/** Bytes behind a link of the metadata, not fetched; null where the server does not tell. */
export async function bulkLength(uri, signal) {
  const path = new URL(uri, document.baseURI).pathname;
  const response = await fetch(local(path.slice(Math.max(0, path.indexOf("/dicom-web/")))), { method: "HEAD", signal, headers: { Accept: "application/octet-stream" } });
  const length = response.headers.get("Content-Length");
  return response.ok && length != null ? Number(length) : null;
}

/** Metadata of one instance in the DICOM JSON model. */
export async function metadata(studyUID, seriesUID, sopUID, signal) {
  const response = await fetch(`${instanceURL(studyUID, seriesUID, sopUID)}/metadata`, { signal, headers: { Accept: "application/dicom+json" } });
  if (!response.ok) throw new RequestError(response.status, "");
  return (await response.json())[0];
}
