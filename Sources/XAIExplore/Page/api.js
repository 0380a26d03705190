// What the page asks the server. Paths are below /api/v1; the token comes with the page's own address.

const token = new URLSearchParams(location.search).get("token") ?? "";
const base = "/api/v1/";

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(base + path, {
      ...options, headers: { Authorization: "Bearer " + token, ...options.headers }
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server doesn't answer. If xai explore was stopped, start it again and reload this page.");
  }
  if (response.ok) return response;
  let error = {};
  try {
    ({ error } = await response.json());
  } catch { /* An answer without a reason: its status has to do. */ }
  // A newer question of the same place took its turn.
  if (["superseded", "cancelled"].includes(error.kind)) throw new DOMException(error.message, "AbortError");
  throw new Error(error.message ?? `The server answered ${response.status} to ${path}.`);
}

/** This page among those that share the server; with the name of a place on it, a newer question takes the older one's turn. */
const page = Array.from(crypto.getRandomValues(new Uint8Array(6)), byte => byte.toString(16).padStart(2, "0")).join("");
export const place = name => `${page}/${name}`;

const asJSON = (body, signal) => ({
  method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" }, signal
});

export const get = async (path, signal) => (await ask(path, { signal })).json();
export const post = async (path, body, signal) => (await ask(path, asJSON(body, signal))).json();
export const postForFile = async (path, body) => (await ask(path, asJSON(body))).blob();

/** Sends an image. A name travels as per cent-encoded text, since a header can't hold every character. */
export async function upload(file) {
  const response = await ask("images", {
    method: "POST", body: file,
    headers: { "X-Name": encodeURIComponent(file.name || "pasted image"), "Content-Type": "application/octet-stream" }
  });
  return response.json();
}

/** Where an <img> finds an image, of at most so many pixels a side; it can't send a header. */
export const pictureAddress = (image, size = 1600) =>
  `${base}images/${encodeURIComponent(image)}/picture?size=${size}&token=${encodeURIComponent(token)}`;

/**
 * Asks for what takes long: `onProgress` gets shares of the work, and aborting the signal closes the connection, which
 * stops the work. Server-sent events by fetch, because EventSource can't post.
 */
export async function stream(path, body, { signal, onProgress }) {
  const response = await ask(path, asJSON(body, signal));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    text += value ?? "";
    const events = text.split(/\r?\n\r?\n/);
    text = events.pop();
    for (const event of events) {
      const lines = event.split(/\r?\n/);
      const field = name => lines.filter(line => line.startsWith(name + ":"))
        .map(line => line.slice(name.length + 1).replace(/^ /, "")).join("\n");
      const name = field("event"), data = field("data");
      if (name === "progress") onProgress?.(JSON.parse(data).fraction);
      if (name === "failed") throw new Error(JSON.parse(data).error?.message ?? "The work failed.");
      if (name === "result") {
        await reader.cancel();
        return JSON.parse(data);
      }
    }
    if (done) throw new Error("The server stopped before the result was there.");
  }
}

/**
 * Makes a function of which one call runs at a time. Of those that come meanwhile, the newest runs next, and the others
 * never do: strokes of a brush come faster than answers.
 */
export function newestFirst(work) {
  let running = false, next = null;
  return async function run(...values) {
    if (running) {
      next = values;
      return;
    }
    running = true;
    try {
      await work(...values);
    } finally {
      running = false;
      if (next) {
        const values = next;
        next = null;
        run(...values);
      }
    }
  };
}
