/** Passkeys: between the browser's WebAuthn, which has bytes, and the server's JSON, which has base64url. */
import { begun, call } from "./api.js";

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** Browsers have them for pages over https with a name, not a number, as their address. */
export const havePasskeys = () => Boolean(globalThis.PublicKeyCredential && globalThis.isSecureContext && !/^[\d.]+$|^\[/.test(location.hostname));

/** Registers one; fails with `NotAllowedError` where the person thinks better of it. */
export async function registerPasskey(label) {
  const options = await call("api/account/passkeys/options", { method: "POST" });
  const { response } = await navigator.credentials.create({
    publicKey: {
      ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: options.excludeCredentials.map((known) => ({ ...known, id: bytes(known.id) })),
    },
  });
  return call("api/account/passkeys", { method: "POST", body: { label, clientDataJSON: text(response.clientDataJSON), attestationObject: text(response.attestationObject) } });
}

/** Logs in: the session's answer. */
export async function signInByPasskey() {
  const options = await call("api/session/passkey/options", { method: "POST" });
  const { rawId, response } = await navigator.credentials.get({ publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: [] } });
  return call("api/session/passkey", {
    method: "POST",
    body: { id: text(rawId), clientDataJSON: text(response.clientDataJSON), authenticatorData: text(response.authenticatorData), signature: text(response.signature) },
  }).then(begun);
}
