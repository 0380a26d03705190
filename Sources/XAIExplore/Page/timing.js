// How long it takes from an action to its pixels, as measures of the browser's own: `performance.getEntriesByType("measure")`.

const begun = new Map();

/** An action begins. */
export const begin = name => begun.set(name, performance.now());

/** What the action leads to is drawn: its time is taken after the frame that shows it. */
export function drawn(name) {
  const start = begun.get(name);
  if (start === undefined) return;
  begun.delete(name);
  requestAnimationFrame(() => setTimeout(() => performance.measure(name, { start, end: performance.now() })));
}
