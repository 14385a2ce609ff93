// Below picture A, where windows overlap: one little still of X for each window, its winner ringed.

const MOST_STILLS = 16;
const STILL = 44;

/**
 * Whether a strip helps: with overlap, and not too many windows.
 * @param {Routed} routed
 */
function hasFilmstrip(routed) {
  const { window, stride, dilation } = routed.settings;
  const reach = [0, 1].map((axis) => dilation[axis] * (window[axis] - 1) + 1);
  const overlaps = [0, 1].some((axis) => reach[axis] > stride[axis] && routed.grid[axis] > 1);
  return overlaps && routed.windows.length > 1 && routed.windows.length <= MOST_STILLS;
}

/**
 * @param {Routed} routed
 * @param {View} view
 * @returns {{root: HTMLElement, update: (frame: Frame) => void}|null}
 */
function makeFilmstrip(routed, view) {
  if (!hasFilmstrip(routed)) return null;
  /** @type {Map<string, HTMLElement>} */
  const stills = new Map();
  const rows = Array.from({ length: routed.grid[0] }, (_, row) => {
    const line = html("div", { class: "stills", role: "row" });
    for (let column = 0; column < routed.grid[1]; column += 1) {
      const made = still(routed, view, windowAt(routed, row, column));
      stills.set(`${row}.${column}`, made);
      line.append(made);
    }
    return line;
  });
  const root = html("div", { class: "filmstrip", role: "grid", "aria-label": "window by window" }, ...rows);
  walkWithArrows(root, (row, column) => stills.get(`${row}.${column}`));
  const update = (/** @type {Frame} */ frame) => {
    // It keeps its room, so that the picture doesn't jump when the story ends.
    root.classList.toggle("off", frame.stop < STOPS.all || frame.hidden.size > 0);
    for (const window of routed.windows)
      stills.get(`${window.row}.${window.column}`)?.classList.toggle("lit", window === frame.lit[0]);
  };
  return { root, update };
}

/**
 * @param {Routed} routed
 * @param {View} view
 * @param {PoolWindow} window
 */
function still(routed, view, window) {
  const name = shortName(view.layout, window);
  const sent = shown(routed.dy[window.row][window.column], view.scales.g);
  const goals = window.shares.length > 2 ? "its cells" : window.shares.map((s) => `(${placeOf(routed, s)})`).join(" and ");
  return html(
    "div",
    {
      class: "still",
      role: "gridcell",
      tabindex: window.index === 0 ? "0" : "-1",
      "data-grid": "strip",
      "data-row": String(window.row),
      "data-column": String(window.column),
      "aria-label": `window ${nameOf(view.layout, window)} sends ${sent} to ${goals || "no cell"}`,
    },
    stillOfMap(routed, view.layout.x, window),
    html("span", { class: "still-words" }, html("b", {}, name), ` ${sent}`),
  );
}

/**
 * The shown part of X, small: the window's cells filled, its winners ringed.
 * @param {Routed} routed
 * @param {Grid} grid
 * @param {PoolWindow} window
 */
function stillOfMap(routed, grid, window) {
  const size = STILL / Math.max(grid.rows, grid.columns);
  const at = (/** @type {Cell} */ cell) => ({ x: (cell.column - grid.column0) * size, y: (cell.row - grid.row0) * size });
  const inside = window.cells.filter((cell) => shows(grid, cell));
  const winners = routed.settings.kind === "max" ? window.shares.filter((share) => shows(grid, share)) : [];
  const lines = [];
  for (let row = 0; row <= grid.rows; row += 1) lines.push(`M0 ${row * size}h${grid.columns * size}`);
  for (let column = 0; column <= grid.columns; column += 1) lines.push(`M${column * size} 0v${grid.rows * size}`);
  return svg(
    "svg",
    {
      class: "still-map",
      viewBox: `-1 -1 ${grid.columns * size + 2} ${grid.rows * size + 2}`,
      width: grid.columns * size + 2,
      height: grid.rows * size + 2,
      "aria-hidden": "true",
    },
    ...inside.map((cell) => svg("rect", { class: "still-cell", ...at(cell), width: size, height: size })),
    svg("path", { class: "still-lines", d: lines.join("") }),
    ...winners.map((cell) =>
      svg("circle", { class: "still-winner", cx: at(cell).x + size / 2, cy: at(cell).y + size / 2, r: size * 0.36 }),
    ),
  );
}
