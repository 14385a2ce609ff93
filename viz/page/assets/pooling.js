// The page's own arithmetic: pooling forward, switches, un-pooling. Pure functions, tested against Python.

/** @typedef {{row: number, column: number}} Cell */
/**
 * @typedef {Object} Settings
 * @property {"max"|"average"|"sum"} kind
 * @property {"first"|"last"|"split"} ties
 * @property {number[]} window rows, columns
 * @property {number[]} stride
 * @property {number[][]} padding (before, after) of rows, of columns
 * @property {number[]} dilation
 * @property {boolean} countsPadding whether an average divides by padding cells too
 * @property {number[]} [origin] row and column of the plane's first cell in the whole map
 * @property {number[]} [grid] number of windows, where it doesn't follow from the sizes (rounded up)
 */
/**
 * @typedef {Object} PoolWindow
 * @property {number} index row-major
 * @property {number} row
 * @property {number} column
 * @property {number} top first row of the input that it covers; may be padding
 * @property {number} left
 * @property {(Cell & {tap: number})[]} cells the real cells
 * @property {number} value what it gives
 * @property {number} tap the winner's number; -1 where there is no single winner
 * @property {(Cell & {share: number, tap: number})[]} shares who gets its gradient
 * @property {Cell[]} equals cells that equal the winner and get nothing
 */
/**
 * @typedef {Object} Routed
 * @property {Settings} settings
 * @property {number[][]} x
 * @property {number[][]} y
 * @property {number[][]} dy
 * @property {number[][]} dx
 * @property {number[]} grid
 * @property {PoolWindow[]} windows
 * @property {{window: PoolWindow, sent: number}[][][]} arrivals for each cell what comes to it, and from where
 */

/** A setting under which nothing can be computed; the message is for the reader. */
class SettingError extends Error {}

/**
 * How many windows fit along one axis.
 * @param {number} cells
 * @param {number} axis
 * @param {Settings} settings
 */
function windowsAlong(cells, axis, settings) {
  if (settings.grid) return settings.grid[axis];
  const reach = settings.dilation[axis] * (settings.window[axis] - 1) + 1;
  const [before, after] = settings.padding[axis];
  return Math.floor((cells + before + after - reach) / settings.stride[axis]) + 1;
}

/**
 * @param {number} rows
 * @param {number} columns
 * @param {Settings} settings
 * @returns {number[]}
 */
function gridOf(rows, columns, settings) {
  const grid = [windowsAlong(rows, 0, settings), windowsAlong(columns, 1, settings)];
  if (grid[0] < 1 || grid[1] < 1) {
    throw new SettingError("The window is larger than the input with its padding.");
  }
  return grid;
}

/**
 * The windows with their real cells, row by row.
 * @param {number} rows
 * @param {number} columns
 * @param {Settings} settings
 * @returns {PoolWindow[]}
 */
function windowsOf(rows, columns, settings) {
  const grid = gridOf(rows, columns, settings);
  const windows = [];
  for (let row = 0; row < grid[0]; row += 1) {
    for (let column = 0; column < grid[1]; column += 1) {
      const top = row * settings.stride[0] - settings.padding[0][0];
      const left = column * settings.stride[1] - settings.padding[1][0];
      const cells = [];
      for (let i = 0; i < settings.window[0]; i += 1) {
        for (let j = 0; j < settings.window[1]; j += 1) {
          const cell = { row: top + i * settings.dilation[0], column: left + j * settings.dilation[1] };
          if (cell.row < 0 || cell.row >= rows || cell.column < 0 || cell.column >= columns) continue;
          cells.push({ ...cell, tap: i * settings.window[1] + j });
        }
      }
      // A sum of nothing is 0; a maximum or a mean of nothing is none.
      const mayBeEmpty = settings.kind === "sum" || (settings.kind === "average" && settings.countsPadding);
      if (cells.length === 0 && !mayBeEmpty) {
        throw new SettingError("A window would hold nothing but padding: take less padding or a larger window.");
      }
      windows.push({ index: windows.length, row, column, top, left, cells, value: 0, tap: -1, shares: [], equals: [] });
    }
  }
  return windows;
}

/**
 * Finds a window's winners. The first NaN wins whole, whatever the ties.
 * @param {PoolWindow} window
 * @param {number[][]} x
 * @param {"first"|"last"|"split"} ties
 */
function takeMaximum(window, x, ties) {
  const at = (/** @type {Cell} */ cell) => x[cell.row][cell.column];
  const nan = window.cells.find((cell) => Number.isNaN(at(cell)));
  const largest = nan ? NaN : window.cells.reduce((most, cell) => Math.max(most, at(cell)), -Infinity);
  const equal = nan ? [nan] : window.cells.filter((cell) => at(cell) === largest);
  const winners = ties === "split" ? equal : [ties === "last" ? equal[equal.length - 1] : equal[0]];
  window.value = largest;
  window.tap = winners.length === 1 ? winners[0].tap : -1;
  window.shares = winners.map((cell) => ({ ...cell, share: 1 / winners.length }));
  window.equals = equal.filter((cell) => !winners.includes(cell));
}

/**
 * How many cells an average divides by; cells beyond the padding never count.
 * @param {PoolWindow} window
 * @param {number[]} sizes
 * @param {Settings} settings
 */
function divisorOf(window, sizes, settings) {
  if (!settings.countsPadding) return window.cells.length;
  const along = [window.top, window.left].map((start, axis) => {
    const end = sizes[axis] + settings.padding[axis][1];
    let count = 0;
    for (let tap = 0; tap < settings.window[axis]; tap += 1)
      if (start + tap * settings.dilation[axis] < end) count += 1;
    return count;
  });
  return along[0] * along[1];
}

/**
 * Pools a plane and sends gradients back.
 * @param {number[][]} x
 * @param {number[][]|null} dy one number a window; null: 0.1, 0.2, 0.3, ...
 * @param {Settings} settings
 * @returns {Routed}
 */
function route(x, dy, settings) {
  const sizes = [x.length, x[0].length];
  const windows = windowsOf(sizes[0], sizes[1], settings);
  const grid = gridOf(sizes[0], sizes[1], settings);
  for (const window of windows) {
    if (settings.kind === "max") {
      takeMaximum(window, x, settings.ties);
      continue;
    }
    const divisor = settings.kind === "average" ? divisorOf(window, sizes, settings) : 1;
    window.value = window.cells.reduce((sum, cell) => sum + x[cell.row][cell.column], 0) / divisor;
    window.shares = window.cells.map((cell) => ({ ...cell, share: 1 / divisor }));
  }
  const cotangents = dy ?? assumedCotangents(grid);
  const y = Array.from({ length: grid[0] }, (_, row) =>
    windows.slice(row * grid[1], (row + 1) * grid[1]).map((w) => w.value),
  );
  return { settings, x, y, dy: cotangents, grid, windows, ...unpool(windows, cotangents, sizes) };
}

/**
 * Sends each window's number to its winners; where several arrive they add.
 * @param {PoolWindow[]} windows
 * @param {number[][]} dy
 * @param {number[]} sizes
 */
function unpool(windows, dy, sizes) {
  const dx = Array.from({ length: sizes[0] }, () => new Array(sizes[1]).fill(0));
  /** @type {{window: PoolWindow, sent: number}[][][]} */
  const arrivals = Array.from({ length: sizes[0] }, () => Array.from({ length: sizes[1] }, () => []));
  for (const window of windows) {
    for (const { row, column, share } of window.shares) {
      const sent = dy[window.row][window.column] * share;
      dx[row][column] += sent;
      arrivals[row][column].push({ window, sent });
    }
  }
  return { dx, arrivals };
}

/**
 * 0.1, 0.2, 0.3, ... never ones: equal numbers would hide which window sent what.
 * @param {number[]} grid
 */
function assumedCotangents(grid) {
  return Array.from({ length: grid[0] }, (_, row) =>
    Array.from({ length: grid[1] }, (_, column) => (((row * grid[1] + column) % 99) + 1) / 10),
  );
}

/**
 * Whether a window holds nothing but zeros: after a ReLU its gradient is blocked anyway, and its tie says nothing.
 * @param {PoolWindow} window
 * @param {number[][]} x
 */
function isAllZero(window, x) {
  return window.cells.every((cell) => x[cell.row][cell.column] === 0);
}

/** @param {number[][]} rows */
function sumOf(rows) {
  return rows.flat().reduce((sum, value) => sum + value, 0);
}
