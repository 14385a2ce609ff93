// What lies over the grids of picture A: outlines of lit windows, pills with arrows, and what flies in the story.

const PILL = 15;
const FLYER = 22;

/**
 * How wide a standing pill is.
 * @param {string} text
 */
function pillWidth(text) {
  return text.length * 5.6 + 7;
}

/**
 * @param {string} text
 * @param {number} x its middle
 * @param {number} y
 * @param {string} role
 * @param {boolean} [isFlying] larger, and filled with the role's colour
 */
function pill(text, x, y, role, isFlying = false) {
  const width = isFlying ? text.length * 8.6 + 14 : pillWidth(text);
  const height = isFlying ? FLYER : PILL;
  return svg(
    "g",
    { class: `pill ${role}${isFlying ? " flying" : ""}`, transform: `translate(${x} ${y})` },
    svg("rect", { x: -width / 2, y: -height / 2, width, height, rx: height / 2 }),
    svg("text", { x: 0, y: isFlying ? 5 : 3.5, "text-anchor": "middle" }, text),
  );
}

/**
 * An arrow with a filled head, its tip pulled back from the goal's middle.
 * @param {[number, number]} from
 * @param {[number, number]} to
 * @param {number} back
 */
function arrow(from, to, back) {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  if (length < back + 6) return svg("g", {});
  const ux = (to[0] - from[0]) / length;
  const uy = (to[1] - from[1]) / length;
  const tip = [to[0] - ux * back, to[1] - uy * back];
  const neck = [tip[0] - ux * 7, tip[1] - uy * 7];
  const wing = `${neck[0] - uy * 4} ${neck[1] + ux * 4}L${tip[0]} ${tip[1]}L${neck[0] + uy * 4} ${neck[1] - ux * 4}Z`;
  return svg(
    "g",
    { class: "arrow" },
    svg("path", { class: "stem", d: `M${from[0]} ${from[1]}L${neck[0]} ${neck[1]}` }),
    svg("path", { class: "head", d: `M${wing}` }),
  );
}

/**
 * The outlines of lit windows in one grid; the first is strong.
 * @param {Grid} grid
 * @param {PoolWindow[]} windows
 * @param {Settings} settings
 */
function outlines(grid, windows, settings) {
  return windows.map((window, place) => {
    const box = boxOf(grid, window, settings);
    return svg("rect", {
      class: place === 0 ? "outline strong" : "outline",
      x: box.left,
      y: box.top,
      width: box.width,
      height: box.height,
    });
  });
}

/**
 * The rectangles around the lit windows' own cells in Y, the switches and dY.
 * @param {Grid} grid
 * @param {PoolWindow[]} windows
 */
function ownCells(grid, windows) {
  return windows.map((window, place) => {
    const [x, y] = cornerOf(grid, window.row, window.column);
    return svg("rect", {
      class: place === 0 ? "outline strong" : "outline",
      x,
      y,
      width: grid.size,
      height: grid.size,
    });
  });
}

/**
 * From where a window's pill stands in dX: the middle of the window.
 * @param {Grid} grid
 * @param {PoolWindow} window
 * @param {Settings} settings
 * @returns {[number, number]}
 */
function standOf(grid, window, settings) {
  const box = boxOf(grid, window, settings);
  return [box.left + box.width / 2, box.top + box.height / 2];
}

/**
 * The cell of dX in whose middle a window's pill stands; null where it stands between cells.
 * @param {Routed} routed
 * @param {PoolWindow} window
 * @returns {Cell|null}
 */
function cellUnder(routed, window) {
  const { window: sizes, dilation } = routed.settings;
  const reach = [0, 1].map((axis) => dilation[axis] * (sizes[axis] - 1));
  if (reach.some((size) => size % 2 === 1)) return null;
  const cell = { row: window.top + reach[0] / 2, column: window.left + reach[1] / 2 };
  return isReal(routed, cell.row, cell.column) ? cell : null;
}

/**
 * A pill and an arrow for each window that sends to one cell: "e 0.5" to its winner.
 * @param {Layout} layout
 * @param {Routed} routed
 * @param {PoolWindow[]} windows
 * @param {(window: PoolWindow) => {name: string, sent: string}} words
 */
function senders(layout, routed, windows, words) {
  // Neighbours stand a stride apart: longer pills lose their names, and if that is not enough only one stands.
  const room = windows.length > 1 ? routed.settings.stride[1] * layout.dx.size - 1 : Infinity;
  const isWide = (/** @type {(window: PoolWindow) => string} */ text) => windows.some((w) => pillWidth(text(w)) > room);
  const full = (/** @type {PoolWindow} */ w) => `${words(w).name} ${words(w).sent}`;
  const short = (/** @type {PoolWindow} */ w) => words(w).sent;
  const isCrowded = isWide(full) && isWide(short);
  const arrows = [];
  const pills = [];
  for (const window of isCrowded ? windows.slice(0, 1) : windows) {
    if (window.shares.length !== 1 || !shows(layout.dx, window.shares[0])) continue;
    const stand = standOf(layout.dx, window, routed.settings);
    const goal = middleOf(layout.dx, window.shares[0].row, window.shares[0].column);
    const isHere = Math.hypot(goal[0] - stand[0], goal[1] - stand[1]) < layout.dx.size * 0.4;
    const below = cellUnder(routed, window);
    // Where a pill would hide a number that says something, it stands on the cell's upper edge.
    const isInTheWay = below !== null && routed.dx[below.row][below.column] !== 0;
    pills.push(
      pill(
        isWide(full) && !isCrowded ? short(window) : full(window),
        stand[0],
        isInTheWay ? stand[1] - layout.dx.size / 2 : stand[1],
        "backward",
      ),
    );
    if (!isHere) arrows.push(arrow(stand, goal, layout.dx.size * 0.3));
  }
  return [...arrows, ...pills];
}

/**
 * Moves a pill along a path of points.
 * @param {Element} layer
 * @param {Element} flyer
 * @param {[number, number][]} path
 * @param {number} duration of the whole path, in milliseconds
 * @param {{cancelled: boolean}} token
 */
async function fly(layer, flyer, path, duration, token) {
  layer.append(flyer);
  for (let leg = 0; leg + 1 < path.length && !token.cancelled; leg += 1) {
    const [from, to] = [path[leg], path[leg + 1]];
    await animate(duration / (path.length - 1), token, (share) => {
      const x = from[0] + (to[0] - from[0]) * share;
      const y = from[1] + (to[1] - from[1]) * share;
      flyer.setAttribute("transform", `translate(${x} ${y})`);
    });
  }
  flyer.remove();
}

/**
 * Calls `paint` with a share from 0 to 1, frame by frame, slow at both ends.
 * @param {number} duration
 * @param {{cancelled: boolean}} token
 * @param {(share: number) => void} paint
 * @returns {Promise<void>}
 */
function animate(duration, token, paint) {
  return new Promise((resolve) => {
    const start = performance.now();
    const step = (/** @type {number} */ now) => {
      const time = Math.min(1, Math.max(0, (now - start) / duration));
      if (!token.cancelled) paint(time * time * (3 - 2 * time));
      if (time >= 1 || token.cancelled) resolve();
      else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
}

/**
 * @param {number} duration
 * @param {{cancelled: boolean}} token
 */
function pause(duration, token) {
  return animate(duration, token, () => {});
}
