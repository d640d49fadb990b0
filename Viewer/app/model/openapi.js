/** What the API page needs of an OpenAPI document: operations by subject, and requests made of a filled-in form. Values only. */

const methods = ["get", "post", "put", "delete", "options"];

/** `[{name, words, operations: [{id, method, path, summary, details, role, parameters, body, answers}]}]` in the document's order. */
export function subjects(document) {
  const found = new Map((document.tags ?? []).map(({ name, description }) => [name, { name, words: description ?? "", operations: [] }]));
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of methods) {
      const operation = item[method];
      if (!operation) continue;
      const name = operation.tags?.[0] ?? "";
      if (!found.has(name)) found.set(name, { name, words: "", operations: [] });
      found.get(name).operations.push({
        id: operation.operationId, method: method.toUpperCase(), path, summary: operation.summary ?? "", details: operation.description ?? "", role: operation["x-role"] ?? null,
        parameters: operation.parameters ?? [], body: operation.requestBody ?? null,
        answers: Object.entries(operation.responses ?? {}).map(([status, answer]) => ({ status, words: answer.description ?? "", types: Object.keys(answer.content ?? {}) })),
      });
    }
  }
  return [...found.values()].filter(({ operations }) => operations.length);
}

/** Subjects with those operations only that have every word of a search in their path, summary, id or subject. */
export function matching(list, search) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return list.map((subject) => ({
    ...subject,
    operations: subject.operations.filter(({ method, path, summary, id }) => {
      const text = `${method} ${path} ${summary} ${id} ${subject.name}`.toLowerCase();
      return words.every((word) => text.includes(word));
    }),
  })).filter(({ operations }) => operations.length);
}

/** A reference followed. */
export function resolved(document, schema) {
  const name = schema?.$ref?.match(/^#\/components\/schemas\/(\w+)$/)?.[1];
  return name ? document.components.schemas[name] : schema ?? {};
}

/** A value that meets a schema, to begin with: what must be there, empty. */
export function sample(document, schema, depth = 0) {
  const own = resolved(document, schema);
  if (own.default !== undefined) return own.default;
  if (own.enum) return own.enum[0];
  if (own.anyOf) return sample(document, own.anyOf[0], depth + 1);
  const type = Array.isArray(own.type) ? own.type[0] : own.type;
  if (type === "object") {
    if (depth > 3) return {};
    return Object.fromEntries((own.required ?? []).map((name) => [name, sample(document, own.properties[name], depth + 1)]));
  }
  return { array: [], string: "", integer: 0, number: 0, boolean: false }[type] ?? null;
}

/** The schema in a few words: `integer from 1 to 500`, `list of Study`. `say(key, values)` gives the words. */
export function typeWords(schema, say) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.enum) return schema.enum.join(", ");
  if (schema.anyOf) return schema.anyOf.map((each) => typeWords(each, say)).filter((word) => word !== "null").join(", ");
  const type = Array.isArray(schema.type) ? schema.type.filter((each) => each !== "null").join(", ") : schema.type ?? "";
  if (type === "array") return say("api.list", { of: typeWords(schema.items, say) });
  if (schema.pattern?.startsWith("^[0-9]+")) return "UID";
  if (schema.minimum != null && schema.maximum != null) return say("api.between", { type, first: schema.minimum, last: schema.maximum });
  if (schema.minimum != null) return say("api.from", { type, first: schema.minimum });
  return schema.format ?? type;
}

/** Media types an operation answers with where it succeeds. */
export const accepted = (operation) => [...new Set(operation.answers.filter(({ status }) => status < "300").flatMap(({ types }) => types))];

/**
 * The request of a form: `values` by place and name (`"path study"`), `accept`, `body` as text, `type` of it.
 * `missing`: names without which it cannot be sent.
 */
export function requestOf(operation, { values, accept, body, type }) {
  const missing = [];
  let path = operation.path.replace(/^\//, "");
  const query = new URLSearchParams(), headers = {};
  for (const { name, in: place, required } of operation.parameters) {
    const value = values[`${place} ${name}`] ?? "";
    if (value === "") {
      if (required) missing.push(name);
    } else if (place === "path") {
      // Bulk data is addressed by tags and item numbers between slashes.
      path = path.replace(`{${name}}`, name === "path" ? value.split("/").map(encodeURIComponent).join("/") : encodeURIComponent(value));
    } else if (place === "query") query.set(name, value);
    else headers[name] = value;
  }
  if (accept && !headers.Accept) headers.Accept = accept;
  const sent = operation.body ? body : undefined;
  if (operation.body) headers["Content-Type"] = type;
  const text = query.toString();
  return { method: operation.method, path: text ? `${path}?${text}` : path, headers, body: sent, missing };
}

const shell = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** The same request for a shell; the token is for the reader to fill in. */
export function curl(request, root) {
  const lines = [`curl ${request.method === "GET" ? "" : `-X ${request.method} `}${shell(new URL(request.path, root).href)}`, `-H ${shell("Authorization: Bearer TOKEN")}`];
  for (const [name, value] of Object.entries(request.headers)) lines.push(`-H ${shell(`${name}: ${value}`)}`);
  if (request.body !== undefined) lines.push(`--data-binary ${shell(request.body)}`);
  return lines.join(" \\\n  ");
}

/** JSON with its indentation; any other text as it is. */
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
