/** Peers and what they may do; below them the callers that nobody knows, each one step from being added. */
import * as net from "../../net/network.js";
import { h } from "../element.js";
import { t } from "../words.js";
import { action, table } from "./table.js";
import { peerDialog } from "./peerDialog.js";
import { moment } from "./text.js";

export function peersTab({ say, work, signal }) {
  let known = [];
  const peers = table({
    label: t("network.peers"), key: (peer) => peer.name, empty: t("peers.none"),
    columns: ["name", "title", "where", "may", "actions"].map((id) => ({ id, label: t(`peers.${id}`) })),
    fill: (peer, cells) => {
      cells.name.append(peer.name);
      cells.title.append(h("code", {}, peer.aeTitle));
      const dicom = peer.host && `${peer.host}:${peer.port ?? ""}${peer.usesTLS ? " · TLS" : ""}`;
      cells.where.append(peer.web?.url ?? (dicom || t("peers.never")));
      if (peer.web && dicom) cells.where.append(h("div", { class: "hint" }, dicom));
      if (peer.addresses?.length) cells.where.append(h("div", { class: "hint" }, t("peers.from", { addresses: peer.addresses.join(", ") })));
      cells.may.append((peer.services ?? []).map((service) => t(`service.${service}`)).join(", ") || t("peers.nothing"));
      cells.actions.append(
        action("echo", t("peers.echo"), () => echo(peer), { disabled: !peer.host && !peer.web }),
        action("edit", t("peers.edit"), () => edit(peer)),
        action("remove", t("peers.remove"), () => remove(peer)));
    },
  });
  const callers = table({
    label: t("network.callers"), key: (caller) => `${caller.aeTitle}@${caller.address}`, empty: t("callers.none"),
    columns: ["title", "where", "wanted", "last", "actions"].map((id) => ({ id, label: t(`callers.${id}`) })),
    fill: (caller, cells) => {
      cells.title.append(h("code", {}, caller.aeTitle || "?"));
      cells.where.append(caller.address);
      cells.wanted.append((caller.proposed ?? []).join(", "));
      cells.last.append(moment(caller.last), h("div", { class: "hint" }, t("callers.count", { count: caller.count })));
      cells.actions.append(action("add", t("callers.add"), () => add({
        name: caller.aeTitle, aeTitle: caller.aeTitle, addresses: [caller.address], services: caller.services?.length ? caller.services : ["store"],
      }), { disabled: !caller.aeTitle }));
    },
  });
  const element = h("div", {},
    h("section", {},
      h("div", { class: "section-head" }, h("h2", {}, t("network.peers")),
        h("button", { type: "button", class: "primary small-primary", id: "addPeer", onclick: () => add({ services: ["store"] }) }, t("peers.add"))),
      peers.element),
    h("section", {}, h("div", { class: "section-head" }, h("h2", {}, t("network.callers"))), h("p", { class: "hint" }, t("callers.what")), callers.element));

  async function load() {
    const [answer, strangers] = await Promise.all([net.peers(signal), net.callers(signal)]);
    known = answer.peers;
    peers.show(known);
    callers.show(strangers.callers);
  }
  function add(peer) {
    peerDialog(peer, { title: t("peers.add"), names: known.map(({ name }) => name), save: async (made) => {
      await net.addPeer(made);
      say(t("peers.added", { name: made.name }));
      await work(load);
    } });
  }
  function edit(peer) {
    peerDialog(peer, { title: t("peers.edit"), names: known.map(({ name }) => name), save: async (changed) => {
      await net.setPeer(peer.name, { ...peer, ...changed });
      say(t("peers.changed", { name: peer.name }));
      await work(load);
    } });
  }
  function remove(peer) {
    if (!confirm(t("peers.remove.sure", { name: peer.name }))) return;
    work(async () => {
      await net.removePeer(peer.name);
      say(t("peers.removed", { name: peer.name }));
      await load();
    });
  }
  function echo(peer) {
    say(t("peers.echo.asking", { name: peer.name }));
    work(async () => {
      const answer = await net.echo(peer.name);
      say(answer.words ?? answer.message ?? "", answer.ok === false || answer.answers === false);
    });
  }
  return { element, load };
}
