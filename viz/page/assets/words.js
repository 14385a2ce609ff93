// Sentences about the cell that the reader points at: what it is, and why it holds what it holds.

/** @typedef {{grid: string, row: number, column: number}} Spot */

/**
 * The windows that a spot lights up, the most telling first.
 * @param {Routed} routed
 * @param {Spot} spot
 * @returns {PoolWindow[]}
 */
function windowsOfSpot(routed, spot) {
  if (spot.grid !== "x" && spot.grid !== "dx") return [windowAt(routed, spot.row, spot.column)];
  if (!isReal(routed, spot.row, spot.column)) return [];
  const won = routed.arrivals[spot.row][spot.column].map(({ window }) => window);
  if (won.length > 0) return won;
  return routed.windows.filter((w) => w.cells.some((cell) => cell.row === spot.row && cell.column === spot.column));
}

/**
 * @param {Routed} routed
 * @param {View} view
 * @param {Spot} spot
 * @returns {string}
 */
function explain(routed, view, spot) {
  if (spot.grid === "x") return explainInput(routed, view, spot);
  if (spot.grid === "dx") return explainReceived(routed, view, spot);
  return explainWindow(routed, view, windowAt(routed, spot.row, spot.column), spot.grid);
}

/**
 * @param {View} view
 * @param {PoolWindow[]} windows
 */
function listed(view, windows) {
  const names = windows.map((window) => nameOf(view.layout, window));
  if (names.length <= 1) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

/**
 * @param {PoolWindow[]} windows
 * @param {string} one
 * @param {string} many
 */
function verb(windows, one, many) {
  return windows.length === 1 ? one : many;
}

/**
 * @param {Routed} routed
 * @param {View} view
 * @param {Spot} spot
 */
function explainInput(routed, view, spot) {
  const value = plainNumber(routed.x[spot.row][spot.column]);
  const windows = routed.windows.filter((w) =>
    w.cells.some((cell) => cell.row === spot.row && cell.column === spot.column),
  );
  const place = `X(${placeOf(routed, spot)}) = ${value}`;
  if (windows.length === 0) return `${place} lies in no window: it is not used, and its gradient is 0.`;
  const inside = `window${verb(windows, "", "s")} ${listed(view, windows)}`;
  if (routed.settings.kind !== "max") return `${place} is one of the cells of ${inside}.`;
  const won = routed.arrivals[spot.row][spot.column].map((entry) => entry.window);
  if (won.length > 0) return `${place} wins window${verb(won, "", "s")} ${listed(view, won)}. Drag it up or down.`;
  const tied = windows.filter((w) => w.equals.some((cell) => cell.row === spot.row && cell.column === spot.column));
  if (tied.length > 0) {
    return `${place} equals the winner of window${verb(tied, "", "s")} ${listed(view, tied)}: a tie, and the ${routed.settings.ties} of them gets the gradient.`;
  }
  const largest = [...new Set(windows.map((w) => plainNumber(w.value)))];
  const are = largest.length === 1 ? `${largest[0]} is` : `${largest.join(" and ")} are`;
  return `${place} loses in ${inside}, where ${are} the largest: a small change of it changes nothing.`;
}

/**
 * @param {Routed} routed
 * @param {View} view
 * @param {Spot} spot
 */
function explainReceived(routed, view, spot) {
  const arrived = routed.arrivals[spot.row][spot.column];
  const g = (/** @type {number} */ value) => shown(value, view.scales.g);
  const place = `dX(${placeOf(routed, spot)})`;
  if (arrived.length === 0) {
    const isUsed = routed.windows.some((w) =>
      w.cells.some((cell) => cell.row === spot.row && cell.column === spot.column),
    );
    return isUsed
      ? `Why 0? ${place} won no window, so no gradient comes back to it.`
      : `Why 0? ${place} lies in no window.`;
  }
  const sum = routed.dx[spot.row][spot.column];
  const windows = arrived.map(({ window }) => window);
  const share =
    routed.settings.kind === "max" && windows.some((w) => w.shares.length > 1) ? " A tie shares a gradient." : "";
  if (arrived.length === 1) {
    const why = routed.settings.kind === "max" ? "the cell won it" : "the cell is part of it";
    return `Why ${g(sum)}? It came from window ${listed(view, windows)}: ${why}.${share}`;
  }
  const terms = arrived.map(({ window, sent }) => `${nameOf(view.layout, window)} ${g(sent)}`).join(" + ");
  const why =
    routed.settings.kind === "max"
      ? `The cell won ${windows.length} windows, and their gradients add`
      : "Windows overlap here, and their gradients add";
  const sign = sumSign(sentOf(arrived), sum, view.scales.g);
  return `Why ${g(sum)}? ${why}: ${terms} ${sign} ${g(sum)}.${share}`;
}

/**
 * @param {Routed} routed
 * @param {View} view
 * @param {PoolWindow} window
 * @param {string} grid
 */
function explainWindow(routed, view, window, grid) {
  const name = nameOf(view.layout, window);
  const sent = shown(routed.dy[window.row][window.column], view.scales.g);
  if (routed.settings.kind !== "max") {
    if (window.cells.length === 0) return `Window ${name} holds nothing but padding.`;
    const cells = counted(window.cells.length, "cell");
    const share = plainNumber(window.shares[0].share, 3);
    return `Window ${name}: ${cells} give ${plainNumber(window.value)}; of its gradient ${sent} each gets ${share}.`;
  }
  const winners = window.shares.map((cell) => `(${placeOf(routed, cell)})`).join(" and ");
  const tie = window.equals.length > 0 || window.shares.length > 1;
  const more = isAllZero(window, routed.x)
    ? " All its cells are zero: if a ReLU made them so, it blocks the gradient."
    : tie
      ? ` A tie: ties = ${routed.settings.ties}.`
      : "";
  if (grid === "saved") {
    return `Switch of window ${name}: number ${window.shares.map((cell) => cell.tap).join(" and ")}, counted from 0, row by row: cell ${winners}.${more}`;
  }
  if (grid === "y") return `Y of window ${name}: ${plainNumber(window.value)}, found at ${winners}.${more}`;
  return `dY of window ${name}: ${sent} goes back to ${winners}, where the largest was.${more}`;
}
