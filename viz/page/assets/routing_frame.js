// How much of picture A a frame lets the reader see: the story hides what has not happened yet.

/**
 * @param {SVGElement} cell
 * @param {number} value
 * @param {number} largest
 */
function paintGradient(cell, value, largest) {
  const role = gradientRole(value, largest);
  setAttributes(/** @type {Element} */ (cell.firstChild), { class: `ground viz-f-${role}` });
  cell.classList.toggle("on-strong", role.endsWith("3"));
  cell.classList.toggle("is-zero", value === 0);
}

const MOST_SENDERS = 9;

/**
 * The lit windows whose gradients have arrived in dX.
 * @param {Frame} frame
 */
function sendersOf(frame) {
  const { spotlight, second } = frame.tale;
  const isThere = (/** @type {PoolWindow} */ w) =>
    frame.stop >= STOPS.all || w === spotlight || (frame.stop >= STOPS.second && w === second);
  return frame.lit.filter(isThere).slice(0, MOST_SENDERS);
}

/**
 * Zeros on which a pill stands are not shown, so that the pill can be read.
 * @param {Routed} routed
 * @param {Map<string, SVGElement>} cells
 * @param {Frame} frame
 */
function makeRoomForPills(routed, cells, frame) {
  const isAsked = frame.stop >= STOPS.back && frame.hidden.size === 0;
  const senders = isAsked ? sendersOf(frame).filter((w) => w.shares.length === 1) : [];
  const under = new Set(
    senders.flatMap((window) => {
      const cell = cellUnder(routed, window);
      return cell && routed.dx[cell.row][cell.column] === 0 ? [`dx.${cell.row}.${cell.column}`] : [];
    }),
  );
  for (const [key, cell] of cells) if (key.startsWith("dx.")) cell.classList.toggle("under", under.has(key));
}

/**
 * @param {Routed} routed
 * @param {Layout} layout
 * @param {Map<string, SVGElement>} cells
 * @param {Frame} frame
 */
function showForward(routed, layout, cells, frame) {
  const isRiddle = frame.hidden.size > 0;
  const isDone = (/** @type {PoolWindow} */ w) => frame.stop >= STOPS.keep || w.index < frame.scanned;
  for (const window of layout.windows) {
    const key = `${window.row}.${window.column}`;
    cells.get(`y.${key}`)?.classList.toggle("off", !isDone(window));
    const saved = cells.get(`saved.${key}`);
    saved?.classList.toggle("off", frame.stop < STOPS.remember || isRiddle);
    if (saved) setAttributes(saved, { "aria-hidden": String(isRiddle) });
    cells.get(`dy.${key}`)?.classList.toggle("off", frame.stop < STOPS.back && !frame.hasIncoming);
  }
  for (const [key, cell] of cells) {
    if (!key.startsWith("x.")) continue;
    const [, row, column] = key.split(".").map(Number);
    const isWon = routed.arrivals[row][column].some(({ window }) => isDone(window));
    cell.classList.toggle("won", isWon && routed.settings.kind === "max" && !isRiddle);
    cell.classList.toggle("judged", frame.stop >= STOPS.all && !isRiddle);
    if (isReal(routed, row, column)) cell.setAttribute("aria-label", inputLabel(routed, { row, column }, !isRiddle));
  }
}

/**
 * What a frame lets arrive at a cell of dX; null where nothing is shown yet.
 * @param {Routed} routed
 * @param {Frame} frame
 * @param {Cell} cell
 */
function arrivedAt(routed, frame, cell) {
  const all = routed.arrivals[cell.row][cell.column];
  if (frame.stop >= STOPS.all) return all;
  if (frame.stop < STOPS.back) return null;
  const { spotlight, second } = frame.tale;
  const known = all.filter(({ window }) => window === spotlight || (frame.stop >= STOPS.second && window === second));
  if (known.length > 0) return known;
  const isLoser = spotlight.cells.some((other) => other.row === cell.row && other.column === cell.column);
  return isLoser && frame.stop >= STOPS.losers ? [] : null;
}

/**
 * @param {Routed} routed
 * @param {Layout} layout
 * @param {{x: Scale, g: Scale}} scales
 * @param {Map<string, SVGElement>} cells
 * @param {Frame} frame
 */
function showReceived(routed, layout, scales, cells, frame) {
  const largest = largestOf(routed.dx.flat().concat(routed.dy.flat()));
  const isMax = routed.settings.kind === "max";
  for (const [key, cell] of cells) {
    if (!key.startsWith("dx.")) continue;
    const [, row, column] = key.split(".").map(Number);
    if (!isReal(routed, row, column)) {
      cell.classList.add("outside");
      continue;
    }
    const isHidden = frame.hidden.has("all") || frame.hidden.has(`${row},${column}`);
    const arrived = isHidden ? null : arrivedAt(routed, frame, { row, column });
    const sum = arrived ? arrived.reduce((total, { sent }) => total + sent, 0) : 0;
    const [terms, number] = [...cell.querySelectorAll("text")];
    const size = layout.dx.size;
    const words = arrived && arrived.length > 1 ? termsOf(layout, scales, arrived, size, isMax) : "";
    const sign = words && arrived ? `${sumSign(sentOf(arrived), sum, scales.g)} ` : "";
    const text = isHidden ? "?" : arrived === null ? "" : `${sign}${shown(sum, scales.g)}`;
    terms.textContent = words;
    terms.setAttribute("font-size", String(fittingSize(words, size - 3, 10)));
    number.textContent = text;
    const font = fittingSize(text, size - 4, words ? 13 : 14);
    setAttributes(number, { "font-size": font, y: size * (words ? 0.72 : 0.5) + font * 0.36 });
    cell.classList.toggle("off", arrived === null && !isHidden);
    cell.classList.toggle("hidden", isHidden);
    cell.classList.toggle("several", words !== "");
    paintGradient(cell, arrived ? sum : 0, largest);
    const label = arrived === null ? "not shown yet" : plainNumber(sum);
    cell.setAttribute("aria-label", `dX at ${placeOf(routed, { row, column })}: ${label}`);
  }
}

/** @param {{sent: number}[]} arrived */
function sentOf(arrived) {
  return arrived.map(({ sent }) => sent);
}

/**
 * "0.4 + 0.7", or letters, or a count, whichever fits.
 * @param {Layout} layout
 * @param {{x: Scale, g: Scale}} scales
 * @param {{window: PoolWindow, sent: number}[]} arrived
 * @param {number} size
 * @param {boolean} isMax
 */
function termsOf(layout, scales, arrived, size, isMax) {
  const numbers = joinTerms(
    sentOf(arrived).map((sent) => shown(sent, scales.g)),
    "",
  );
  const letters = arrived.map(({ window }) => shortName(layout, window)).join("+");
  const fits = (/** @type {string} */ text) => text.length * 0.605 * 9 <= size - 3;
  const count = `${arrived.length} ${isMax ? "wins" : "terms"}`;
  return [numbers, letters, count].find(fits) ?? `${arrived.length} ×`;
}

/**
 * @param {Routed} routed
 * @param {Layout} layout
 * @param {{x: Scale, g: Scale}} scales
 * @param {Frame} frame
 */
function marksOf(routed, layout, scales, frame) {
  const lit = frame.lit.filter((w) => layout.names.has(w.index));
  const marks = [...outlines(layout.x, lit, routed.settings), ...ownCells(layout.y, lit)];
  if (routed.settings.kind === "max") marks.push(...ownCells(layout.saved, lit));
  marks.push(...ownCells(layout.dy, lit));
  if (frame.stop < STOPS.back) return marks;
  marks.push(...outlines(layout.dx, lit, routed.settings));
  if (frame.hidden.size > 0) return marks;
  const words = (/** @type {PoolWindow} */ w) => ({
    name: shortName(layout, w),
    sent: shown(routed.dy[w.row][w.column], scales.g),
  });
  marks.push(
    ...senders(
      layout,
      routed,
      sendersOf(frame).filter((w) => lit.includes(w)),
      words,
    ),
  );
  return marks;
}
