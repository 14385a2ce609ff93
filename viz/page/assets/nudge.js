// Nudge: the reader changes one cell of X and sees what that does to Y, to the loss, and to the gradient.

/**
 * A round step: about a fiftieth of the map's range.
 * @param {number[][]} x
 */
function stepOf(x) {
  const finite = x.flat().filter(Number.isFinite);
  const range = Math.max(...finite) - Math.min(...finite);
  if (!(range > 0) || !Number.isFinite(range)) return 0.1;
  const order = 10 ** Math.floor(Math.log10(range / 20));
  const lead = range / 20 / order;
  return order * (lead < 2 ? 1 : lead < 5 ? 2 : 5);
}

/**
 * What changing one cell did.
 * @typedef {Object} Nudged
 * @property {Cell} cell
 * @property {number} change of the cell
 * @property {number} gradient that the cell had before
 * @property {number} lossChange sum of dY times the change of Y
 * @property {number} changedWindows
 * @property {boolean} hasJumped whether some window has another winner now
 */

/**
 * @param {Routed} before
 * @param {Routed} after
 * @param {Cell} cell
 * @returns {Nudged}
 */
function compare(before, after, cell) {
  let lossChange = 0;
  let changedWindows = 0;
  let hasJumped = false;
  after.windows.forEach((window, index) => {
    const old = before.windows[index];
    if (window.value !== old.value) {
      lossChange += before.dy[old.row][old.column] * (window.value - old.value);
      changedWindows += 1;
    }
    const [was, is] = [old, window].map((w) => w.shares.map((share) => share.tap).join());
    hasJumped ||= was !== is;
  });
  const change = after.x[cell.row][cell.column] - before.x[cell.row][cell.column];
  return { cell, change, gradient: before.dx[cell.row][cell.column], lossChange, changedWindows, hasJumped };
}

/**
 * @param {Nudged} nudged
 * @param {Routed} after
 */
function nudgeWords(nudged, after) {
  const { cell, change, gradient, lossChange, changedWindows, hasJumped } = nudged;
  const n = (/** @type {number} */ value) => plainNumber(value, 3);
  const sign = change > 0 ? "+" : "";
  const place = `X(${placeOf(after, cell)}) ${sign}${n(change)}`;
  if (change === 0) return `X(${placeOf(after, cell)}) is as recorded.`;
  if (hasJumped) {
    const now = n(after.dx[cell.row][cell.column]);
    return `${place}: the winner is another one now, so ring and gradient jumped. Gradient of this cell: ${n(gradient)} before, ${now} now.`;
  }
  if (changedWindows === 0) return `${place}: a loser. Nothing changes in Y, so the loss doesn’t either: gradient 0.`;
  const isSmall = Math.abs(lossChange - gradient * change) <= 1e-6 * Math.max(1e-12, Math.abs(lossChange));
  const product = isSmall ? ` = gradient ${n(gradient)} × step ${n(change)}` : "";
  return `${place}: ${counted(changedWindows, "number")} of Y changed, and the loss by ${n(lossChange)}${product}.`;
}
