/** The own account, and everybody's for administrators (docs/develop/http-api.md). */
import { call } from "./api.js";

const part = encodeURIComponent;

export const account = (signal) => call("api/account", { signal });
export const prove = (password, code) => call("api/account/proof", { method: "POST", body: { password, ...(code && { code }) } });
export const changePassword = (password, newPassword) => call("api/account/password", { method: "PUT", body: { password, newPassword } });

export const ownSessions = (signal) => call("api/account/sessions", { signal });
export const endOwnSession = (id) => call(`api/account/sessions/${part(id)}`, { method: "DELETE" });
export const endOtherSessions = () => call("api/account/sessions", { method: "DELETE" });

export const ownTokens = (signal) => call("api/account/tokens", { signal });
export const makeOwnToken = (token) => call("api/account/tokens", { method: "POST", body: token });
export const removeOwnToken = (id) => call(`api/account/tokens/${part(id)}`, { method: "DELETE" });

export const beginCodes = () => call("api/account/codes", { method: "POST" });
export const confirmCodes = (code) => call("api/account/codes", { method: "PUT", body: { code } });
export const removeCodes = () => call("api/account/codes", { method: "DELETE" });
export const makeRecoveryCodes = () => call("api/account/recovery-codes", { method: "POST" });

export const removePasskey = (id) => call(`api/account/passkeys/${part(id)}`, { method: "DELETE" });

export const users = (signal) => call("api/users", { signal });
export const addUser = (user) => call("api/users", { method: "POST", body: user });
export const changeUser = (name, changes) => call(`api/users/${part(name)}`, { method: "PATCH", body: changes });
export const removeUser = (name) => call(`api/users/${part(name)}`, { method: "DELETE" });
export const resetSecondFactors = (name) => call(`api/users/${part(name)}/second-factors`, { method: "DELETE" });

export const sessions = (signal) => call("api/sessions", { signal });
export const endSession = (id) => call(`api/sessions/${part(id)}`, { method: "DELETE" });

export const tokens = (signal) => call("api/tokens", { signal });
export const makeToken = (token) => call("api/tokens", { method: "POST", body: token });
export const removeToken = (id) => call(`api/tokens/${part(id)}`, { method: "DELETE" });
