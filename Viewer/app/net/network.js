/** What administrators see of the network: peers, callers, associations, jobs, commitments (docs/develop/http-api.md). */
import { call } from "./api.js";

const part = encodeURIComponent;

export const peers = (signal) => call("api/peers", { signal });
export const addPeer = (peer) => call("api/peers", { method: "POST", body: peer });
export const setPeer = (name, peer) => call(`api/peers/${part(name)}`, { method: "PUT", body: peer });
export const removePeer = (name) => call(`api/peers/${part(name)}`, { method: "DELETE" });
export const echo = (name) => call(`api/peers/${part(name)}/echo`, { method: "POST" });

export const callers = (signal) => call("api/callers", { signal });

export const associations = ({ failed, peer, before }, signal) => {
  const query = new URLSearchParams({ limit: "50" });
  if (failed) query.set("failed", "true");
  if (peer) query.set("peer", peer);
  if (before) query.set("before", before);
  return call(`api/associations?${query}`, { signal });
};
export const association = (id) => call(`api/associations/${id}`);

export const jobs = (signal) => call("api/jobs?limit=100", { signal });
export const cancelJob = (id) => call(`api/jobs/${id}/cancel`, { method: "POST" });
export const retryJob = (id) => call(`api/jobs/${id}/retry`, { method: "POST" });
export const removeJob = (id) => call(`api/jobs/${id}`, { method: "DELETE" });

export const deletions = (signal) => call("api/deletions?limit=100", { signal });
export const restore = (id) => call(`api/deletions/${id}/restore`, { method: "POST" });
export const purge = (id) => call(`api/deletions/${id}/purge`, { method: "POST" });

export const commitments = (signal) => call("api/commitments?limit=100", { signal });
