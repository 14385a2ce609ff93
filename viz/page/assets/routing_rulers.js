// Rulers along X: one bar per window column and row, overlapping bars in staggered lanes. A window is one top bar
// times one left bar.

/**
 * @typedef {Object} Bar
 * @property {0|1} axis 0 for a left bar (a row of windows), 1 for a top bar (a column of windows)
 * @property {number} place the row or column of windows
 * @property {number} start first cell
 * @property {number} end one past the last cell
 * @property {number} lane
 * @property {string[]} names of its windows
 */

const RULER_LANE = 15;
const RULER_BAR = 12;
const RULER_LETTER = 9;
const MOST_RULER_LANES = 4;
const INDEX_ROOM = 22;

/**
 * The bars of one axis, or none where there would be too many lanes.
 * @param {Routed} routed
 * @param {PoolWindow[]} windows
 * @param {Map<number, string>} names
 * @param {number[]} part first and one past the last cell shown
 * @param {0|1} axis
 * @returns {Bar[]}
 */
function barsOf(routed, windows, names, part, axis) {
  const { window, dilation } = routed.settings;
  const reach = dilation[axis] * (window[axis] - 1) + 1;
  /** @type {Map<number, Bar>} */
  const bars = new Map();
  for (const w of windows) {
    const place = axis === 0 ? w.row : w.column;
    const first = axis === 0 ? w.top : w.left;
    const bar = bars.get(place) ?? {
      axis,
      place,
      start: Math.max(first, part[0]),
      end: Math.min(first + reach, part[1]),
      lane: 0,
      names: [],
    };
    bar.names.push(names.get(w.index) ?? "");
    bars.set(place, bar);
  }
  /** @type {number[]} where each lane is taken up to */
  const ends = [];
  for (const bar of [...bars.values()].sort((a, b) => a.place - b.place)) {
    const free = ends.findIndex((end) => end <= bar.start);
    bar.lane = free < 0 ? ends.length : free;
    ends[bar.lane] = bar.end;
  }
  return ends.length > MOST_RULER_LANES ? [] : [...bars.values()];
}

/** @param {Bar[]} bars */
function lanesOf(bars) {
  return bars.reduce((most, bar) => Math.max(most, bar.lane + 1), 0);
}

/**
 * The letters that fit a length: all of them, or the first and the last, or none.
 * @param {string[]} names
 * @param {number} room
 */
function lettersIn(names, room) {
  if (names.some((name) => name.length !== 1)) return [];
  if (names.length * (RULER_LETTER + 1) <= room - 4) return names;
  return room >= 34 ? [names[0], "…", names[names.length - 1]] : [];
}

/**
 * @param {Layout} layout
 * @returns {{root: SVGElement, light: (windows: PoolWindow[]) => void}}
 */
function drawRulers(layout) {
  const grid = layout.x;
  /** @type {[Bar, SVGElement][]} */
  const drawn = layout.bars.map((bar) => {
    const length = (bar.end - bar.start) * grid.size - 2;
    const away = INDEX_ROOM + bar.lane * RULER_LANE + RULER_BAR - (bar.axis === 1 ? 4 : 0);
    const first = bar.start - (bar.axis === 1 ? grid.column0 : grid.row0);
    const x = bar.axis === 1 ? grid.left + first * grid.size + 1 : grid.left - away;
    const y = bar.axis === 1 ? grid.top - away : grid.top + first * grid.size + 1;
    const box = bar.axis === 1 ? { width: length, height: RULER_BAR } : { width: RULER_BAR, height: length };
    const letters = lettersIn(bar.names, length);
    const texts = letters.map((letter, i) => {
      const along = length / 2 + (i - (letters.length - 1) / 2) * (RULER_LETTER + 1);
      const [middle, base] = bar.axis === 1 ? [x + along, y + 9.5] : [x + RULER_BAR / 2, y + along + 3.5];
      return svg("text", { x: middle, y: base, "text-anchor": "middle", "font-size": RULER_LETTER }, letter);
    });
    return [bar, svg("g", { class: "ruler" }, svg("rect", { x, y, ...box, rx: 3 }), ...texts)];
  });
  const light = (/** @type {PoolWindow[]} */ windows) => {
    for (const [bar, element] of drawn) {
      const isLit = windows.some((w) => (bar.axis === 0 ? w.row : w.column) === bar.place);
      element.classList.toggle("lit", isLit);
    }
  };
  return { root: svg("g", { class: "rulers", "aria-hidden": "true" }, ...drawn.map(([, element]) => element)), light };
}
