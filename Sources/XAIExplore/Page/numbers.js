// Numbers as text, in the same way everywhere on the page.

/** A probability as per cent: 48.0 %, 0.02 %, < 0.01 %. */
export function percent(probability) {
  if (probability === null || probability === undefined) return "–";
  const share = 100 * probability;
  if (share > 0 && share < 0.01) return "< 0.01 %";
  return (share < 0.1 ? share.toFixed(2) : share.toFixed(1)) + " %";
}

/** A share of patches as per cent without decimals. */
export const wholePercent = share => Number.isFinite(share) ? Math.round(100 * share) + " %" : "–";

/** A score with three digits that count, and a minus sign that is one. */
export function score(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e4 || size < 1e-3 ? value.toExponential(2) : Number(value.toPrecision(3)).toString();
  return text.replace("-", "−");
}

/** A correlation with its sign. */
export const correlation = value => Number.isFinite(value) ? value.toFixed(2).replace("-", "−") : "–";

/** "1 patch", "12 patches". */
export const count = (number, one, many) => `${number} ${number === 1 ? one : many}`;

/** Numbers that came as base64 of little-endian float32. */
export function floats(base64) {
  const text = atob(base64), bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  const view = new DataView(bytes.buffer), numbers = new Float32Array(bytes.length / 4);
  for (let index = 0; index < numbers.length; index++) numbers[index] = view.getFloat32(4 * index, true);
  return numbers;
}

/** Indices of scores from the highest to the lowest; of equal ones, the first goes first. */
export function ranked(scores) {
  return Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b);
}
