// Picture A's arithmetic: which cells are shown, and where the five grids stand. No drawing here.

/**
 * A grid of square cells on the paper; cell (row0, column0) is at its top left.
 * @typedef {{left: number, top: number, size: number, row0: number, column0: number, rows: number, columns: number}} Grid
 */
/**
 * @typedef {Object} Layout
 * @property {Grid} x
 * @property {Grid} dx
 * @property {Grid} y
 * @property {Grid} saved
 * @property {Grid} dy
 * @property {number} height
 * @property {PoolWindow[]} windows the windows shown
 * @property {Map<number, string>} names of the windows shown
 * @property {boolean} isCropped
 * @property {Bar[]} bars the rulers along X
 */

const WIDTH = 900;
const HALF = 440;
/** On a high screen maps are shown whole up to 12 cells, on others up to 8; of larger ones a part is shown. */
const IS_HIGH = innerHeight >= 950;
const LARGEST_WHOLE = IS_HIGH ? 12 : 8;
const CROP = IS_HIGH ? 10 : 8;
const GRIDS_TOP = 66;
const BETWEEN = 62;

/**
 * First and one past the last row (axis 0) or column (axis 1): the input, and padding under windows.
 * @param {Routed} routed
 * @param {0|1} axis
 */
function extentOf(routed, axis) {
  const cells = axis === 0 ? routed.x.length : routed.x[0].length;
  const { window, dilation } = routed.settings;
  const starts = routed.windows.map((w) => (axis === 0 ? w.top : w.left));
  const reach = dilation[axis] * (window[axis] - 1) + 1;
  return [Math.min(0, ...starts), Math.max(cells, ...starts.map((start) => start + reach))];
}

/**
 * The parts of one axis that may be shown: the whole, or pieces that start and end with a window.
 * @param {Routed} routed
 * @param {0|1} axis
 * @returns {number[][]} each as first and one past the last cell
 */
function partsOf(routed, axis) {
  const [first, end] = extentOf(routed, axis);
  if (end - first <= LARGEST_WHOLE) return [[first, end]];
  const { window, dilation, stride, padding } = routed.settings;
  const reach = dilation[axis] * (window[axis] - 1) + 1;
  if (reach > CROP) return Array.from({ length: end - first - CROP + 1 }, (_, i) => [first + i, first + i + CROP]);
  const count = Math.min(routed.grid[axis], Math.floor((CROP - reach) / stride[axis]) + 1);
  return Array.from({ length: routed.grid[axis] - count + 1 }, (_, i) => {
    const start = i * stride[axis] - padding[axis][0];
    return [start, start + (count - 1) * stride[axis] + reach];
  });
}

/**
 * The part of the plane in which most cells receive a gradient.
 * @param {Routed} routed
 * @returns {{rows: number[], columns: number[]}}
 */
function choosePart(routed) {
  const rowParts = partsOf(routed, 0);
  const columnParts = partsOf(routed, 1);
  const sums = [new Array(routed.x[0].length + 1).fill(0)];
  routed.dx.forEach((cells, row) => {
    const line = [0];
    cells.forEach((value, column) => {
      const several = Math.min(routed.arrivals[row][column].length, 3);
      line.push(line[column] + sums[row][column + 1] - sums[row][column] + (value !== 0 ? several : 0));
    });
    sums.push(line);
  });
  const inside = (/** @type {number} */ place, /** @type {number} */ most) => Math.min(Math.max(place, 0), most);
  let best = { rows: rowParts[0], columns: columnParts[0] };
  let most = -1;
  for (const rows of rowParts) {
    const [r0, r1] = rows.map((row) => inside(row, routed.x.length));
    for (const columns of columnParts) {
      const [c0, c1] = columns.map((column) => inside(column, routed.x[0].length));
      const total = sums[r1][c1] - sums[r0][c1] - sums[r1][c0] + sums[r0][c0];
      if (total > most) {
        most = total;
        best = { rows, columns };
      }
    }
  }
  return best;
}

/**
 * The windows that lie in a part as far as they lie in the plane at all; if there is none, those that touch it.
 * @param {Routed} routed
 * @param {{rows: number[], columns: number[]}} part
 */
function windowsIn(routed, part) {
  const { window, dilation } = routed.settings;
  const reach = [0, 1].map((axis) => dilation[axis] * (window[axis] - 1) + 1);
  const isInside = (/** @type {PoolWindow} */ w) =>
    w.top >= part.rows[0] &&
    w.top + reach[0] <= part.rows[1] &&
    w.left >= part.columns[0] &&
    w.left + reach[1] <= part.columns[1];
  const whole = routed.windows.filter(isInside);
  if (whole.length > 0) return whole;
  return routed.windows.filter(
    (w) =>
      w.top < part.rows[1] &&
      w.top + reach[0] > part.rows[0] &&
      w.left < part.columns[1] &&
      w.left + reach[1] > part.columns[0],
  );
}

/**
 * Letters, or row and column past 26 windows.
 * @param {PoolWindow[]} windows
 * @returns {Map<number, string>}
 */
function namesOf(windows) {
  const byLetter = windows.length <= 26;
  return new Map(windows.map((w, i) => [w.index, byLetter ? String.fromCharCode(97 + i) : `${w.row},${w.column}`]));
}

/**
 * @param {Routed} routed
 * @returns {Layout}
 */
function layOut(routed) {
  const part = choosePart(routed);
  const rows = part.rows[1] - part.rows[0];
  const columns = part.columns[1] - part.columns[0];
  const longest = Math.max(rows, columns);
  const size = longest <= 5 ? 50 : longest <= 6 ? 46 : longest <= 8 ? 38 : longest <= 10 ? 36 : 32;
  const windows = windowsIn(routed, part);
  const row0 = Math.min(...windows.map((w) => w.row));
  const column0 = Math.min(...windows.map((w) => w.column));
  const outRows = Math.max(...windows.map((w) => w.row)) - row0 + 1;
  const outColumns = Math.max(...windows.map((w) => w.column)) - column0 + 1;
  const small = Math.max(
    19,
    Math.min(44, Math.floor(240 / outColumns), Math.floor(Math.max(230, rows * size) / outRows)),
  );
  const place = (/** @type {number} */ middle) => middle - (columns * size) / 2;
  const names = namesOf(windows);
  const topBars = barsOf(routed, windows, names, part.columns, 1);
  const sideBars = barsOf(routed, windows, names, part.rows, 0);
  const isRoomy = place(HALF / 2 + 8) >= INDEX_ROOM + lanesOf(sideBars) * RULER_LANE + 8;
  const bars = isRoomy ? [...topBars, ...sideBars] : topBars;
  const top = GRIDS_TOP + lanesOf(topBars) * RULER_LANE;
  const lower = top + rows * size + BETWEEN;
  const big = { top, size, row0: part.rows[0], column0: part.columns[0], rows, columns };
  const little = { top: lower, size: small, row0, column0, rows: outRows, columns: outColumns };
  const half = (outColumns * small) / 2;
  // The saved box stands in the middle, and Y and dY in the middle of what is left of their halves.
  const side = (WIDTH / 2 - half - 22) / 2 + 8;
  return {
    x: { ...big, left: place(HALF / 2 + 8) },
    dx: { ...big, left: place(WIDTH - HALF / 2 + 8) },
    y: { ...little, left: side - half },
    saved: { ...little, left: WIDTH / 2 - half },
    dy: { ...little, left: WIDTH - side - half },
    height: lower + outRows * small + 26,
    windows,
    names,
    bars,
    isCropped: routed.x.length > rows || routed.x[0].length > columns,
  };
}

/**
 * @param {Grid} grid
 * @param {number} row
 * @param {number} column
 * @returns {[number, number]} the top left corner of a cell
 */
function cornerOf(grid, row, column) {
  return [grid.left + (column - grid.column0) * grid.size, grid.top + (row - grid.row0) * grid.size];
}

/**
 * @param {Grid} grid
 * @param {number} row
 * @param {number} column
 * @returns {[number, number]}
 */
function middleOf(grid, row, column) {
  const [x, y] = cornerOf(grid, row, column);
  return [x + grid.size / 2, y + grid.size / 2];
}

/**
 * The rectangle of a window in X or dX, cut at the grid.
 * @param {Grid} grid
 * @param {PoolWindow} window
 * @param {Settings} settings
 */
function boxOf(grid, window, settings) {
  const reach = [0, 1].map((axis) => (settings.dilation[axis] * (settings.window[axis] - 1) + 1) * grid.size);
  const [x, y] = cornerOf(grid, window.top, window.left);
  const left = Math.max(x, grid.left);
  const top = Math.max(y, grid.top);
  const right = Math.min(x + reach[1], grid.left + grid.columns * grid.size);
  const bottom = Math.min(y + reach[0], grid.top + grid.rows * grid.size);
  return { left, top, width: right - left, height: bottom - top };
}

/**
 * @param {Grid} grid
 * @param {Cell} cell
 */
function shows(grid, cell) {
  return (
    cell.row >= grid.row0 &&
    cell.row < grid.row0 + grid.rows &&
    cell.column >= grid.column0 &&
    cell.column < grid.column0 + grid.columns
  );
}

/**
 * The size of monospaced text that fits a width.
 * @param {string} text
 * @param {number} width
 * @param {number} most
 */
function fittingSize(text, width, most) {
  return Math.max(9, Math.min(most, width / (0.605 * Math.max(1, text.length))));
}
