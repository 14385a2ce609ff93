// The compact ladder on the left: a row for each forward call, what it keeps, and its gradient rule facing it.

/**
 * @typedef {Object} NetData
 * @property {number} source
 * @property {number|null} lane
 * @property {[number, number, number][]} stops row, uses, wanted
 */
/** @typedef {{rows: RowData[], nets: NetData[], lanes: number}} LevelData */
/**
 * @typedef {Object} LadderList
 * @property {(index: number) => void} select
 * @property {(indices: Set<number>|null) => void} mark rows that a search found
 */

const PITCH = 42;
const LANE = 7;
const MANY_ROWS = 200;
const MARGIN_ROWS = 30;

/**
 * @param {HTMLElement} root
 * @param {PageData} data
 * @param {number} level
 * @param {(index: number) => void} choose
 * @param {(step: number) => void} fold
 * @returns {LadderList}
 */
function makeLadder(root, data, level, choose, fold) {
  const { rows, nets, lanes } = data.levels[level];
  const wires = wiresOf(rows, nets);
  const state = { selected: -1, found: /** @type {Set<number>|null} */ (null) };
  /** @type {Map<number, HTMLElement>} */
  const made = new Map();
  const dress = (/** @type {number} */ index) => {
    const element = made.get(index);
    if (!element) return;
    const isNow = index === state.selected;
    element.classList.toggle("selected", isNow);
    element.classList.toggle("found", state.found !== null && state.found.has(index));
    element.classList.toggle("passed", state.found !== null && !state.found.has(index));
    for (const step of element.querySelectorAll("button"))
      setAttributes(step, { "aria-current": isNow ? "true" : null, tabindex: isNow ? 0 : -1 });
  };
  const at = (/** @type {number} */ index) => {
    if (!made.has(index)) {
      made.set(index, makeRow(rows[index], index, wires[index], thumbsOf(rows[index].pool, data.pools), choose));
      dress(index);
    }
    return /** @type {HTMLElement} */ (made.get(index));
  };
  const list = html("div", { class: "row-list" });
  root.replaceChildren(
    ...foldButtons(level, data.levels.length, fold),
    ladderHead(data.has_backward),
    html(
      "div",
      { class: `rows${data.has_backward ? "" : " forward-only"}` },
      gutter(nets, lanes, rows.length, false),
      list,
      ...(data.has_backward ? [gutter(nets, lanes, rows.length, true)] : []),
    ),
  );
  const fill = fillOnSight(root, list, rows.length, at);
  fill();
  list.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => walkRows(event, rows, at));
  return {
    select(index) {
      const before = state.selected;
      state.selected = index;
      for (const row of [before, index]) dress(row);
      if (index < 0 || index >= rows.length) return;
      if (!at(index).isConnected) root.scrollTo({ top: index * PITCH });
      fill();
      at(index).scrollIntoView({ block: "nearest" });
    },
    mark(indices) {
      state.found = indices;
      for (const index of made.keys()) dress(index);
    },
  };
}

/**
 * Nothing where there is nothing to fold.
 * @param {number} level
 * @param {number} count
 * @param {(step: number) => void} fold
 */
function foldButtons(level, count, fold) {
  if (count < 2) return [];
  return [
    html(
      "div",
      { class: "folding" },
      button("fold modules", { class: "quiet", disabled: level === 0 }, () => fold(-1)),
      button("unfold", { class: "quiet", disabled: level === count - 1 }, () => fold(1)),
    ),
  ];
}

/** @param {boolean} hasBackward */
function ladderHead(hasBackward) {
  const words = hasBackward
    ? [
        ["forward", "forward, down"],
        ["saved", "kept"],
        ["backward", "backward, up"],
      ]
    : [["forward", "forward, down"]];
  const spans = words.map(([role, text]) => html("span", { class: role }, text));
  return html("div", { class: "ladder-head", "aria-hidden": "true" }, ...spans);
}

/**
 * How each row is joined to the one above it, and how many gradients its result adds up.
 * @typedef {{isFed: boolean, isReturned: boolean, sum: number}} Wires
 * @param {RowData[]} rows
 * @param {NetData[]} nets
 * @returns {Wires[]}
 */
function wiresOf(rows, nets) {
  const wires = rows.map(() => ({ isFed: false, isReturned: false, sum: 0 }));
  for (const net of nets) {
    wires[net.source].sum = net.stops.reduce((sum, [, , wanted]) => sum + wanted, 0);
    for (const [row, , wanted] of net.stops) {
      if (row !== net.source + 1) continue;
      wires[row].isFed = true;
      wires[row].isReturned = wanted > 0 && rows[row].capsule !== null;
    }
  }
  return wires;
}

/**
 * In a long ladder only the rows in sight are in the document, between two spaces as high as the others.
 * @param {HTMLElement} root what scrolls, on wide screens
 * @param {HTMLElement} list
 * @param {number} count
 * @param {(index: number) => HTMLElement} at
 * @returns {() => void} fills the list anew
 */
function fillOnSight(root, list, count, at) {
  const range = (/** @type {number} */ from, /** @type {number} */ to) =>
    Array.from({ length: to - from }, (_, i) => at(from + i));
  if (count <= MANY_ROWS) return () => list.childElementCount || list.append(...range(0, count));
  const spaces = [0, 1].map(() => svg("svg", { class: "space", width: 1, height: 0, "aria-hidden": "true" }));
  let shownFrom = -1;
  const fill = () => {
    if (!list.isConnected) return;
    const above = Math.floor(-list.getBoundingClientRect().top / PITCH);
    const from = Math.max(0, Math.min(above - MARGIN_ROWS, count - 1));
    const to = Math.min(count, Math.max(above, 0) + Math.ceil(innerHeight / PITCH) + MARGIN_ROWS);
    if (shownFrom >= 0 && Math.abs(from - shownFrom) < MARGIN_ROWS / 2) return;
    shownFrom = from;
    setAttributes(spaces[0], { height: from * PITCH });
    setAttributes(spaces[1], { height: (count - to) * PITCH });
    list.replaceChildren(spaces[0], ...range(from, to), spaces[1]);
  };
  root.addEventListener("scroll", fill, { passive: true });
  document.addEventListener("scroll", fill, { passive: true });
  window.addEventListener("resize", fill);
  return fill;
}

/**
 * @param {RowData} row
 * @param {number} index
 * @param {Wires} wires
 * @param {{saved: SVGElement, back: SVGElement}|null} thumbs
 * @param {(index: number) => void} choose
 */
function makeRow(row, index, wires, thumbs, choose) {
  const words = (/** @type {string} */ title, /** @type {string} */ path, /** @type {string} */ note) => [
    html("span", { class: "line" }, html("b", {}, title), html("i", {}, path)),
    html("span", { class: "line note" }, note),
  ];
  const forward = button(
    "",
    { class: `step forward ${row.kind}${wires.isFed ? " fed" : ""}`, title: `${row.title} ${row.path}: ${row.note}` },
    () => choose(index),
  );
  forward.append(...words(row.title, row.path, row.note));
  const made = html("div", { class: "row", "data-row": index }, forward, makeRung(row, thumbs?.saved ?? null));
  if (row.capsule === null) {
    made.append(html("span", { class: "absent" }, row.capsule_note));
    return made;
  }
  const backward = button(
    "",
    {
      class: `step backward ${row.kind}${wires.isReturned ? " returns" : ""}`,
      title: `${row.capsule}: ${row.capsule_note}`,
    },
    () => choose(index),
  );
  const sum = wires.sum > 1 ? `sum of ${wires.sum}` : "";
  backward.append(...words(row.capsule, sum, row.capsule_note));
  if (thumbs) {
    backward.classList.add("has-thumb");
    backward.append(thumbs.back);
  }
  made.append(backward);
  return made;
}

/**
 * @param {RowData} row
 * @param {SVGElement|null} thumb
 */
function makeRung(row, thumb) {
  const rung = html("span", { class: "rung" });
  if (!row.rung) return rung;
  const { bytes, words, short } = row.rung;
  const width = bytes > 0 ? 1 + 0.45 * (String(bytes).length - 1) : 0.8;
  rung.setAttribute("title", words);
  if (thumb) {
    rung.classList.add("has-thumb");
    rung.append(thumb);
  }
  rung.append(
    html("span", { class: "line" }, short[0]),
    svg(
      "svg",
      { viewBox: "0 0 60 8", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("path", { class: "dots", d: "M1 4H59", "stroke-width": width, "stroke-dasharray": `0.1 ${3 + width}` }),
    ),
    html("span", { class: "line" }, short[1] ?? ""),
  );
  return rung;
}

/**
 * The lanes of wires that skip rows, forward at the left, mirrored at the right.
 * @param {NetData[]} nets
 * @param {number} lanes
 * @param {number} rows
 * @param {boolean} isBackward
 */
function gutter(nets, lanes, rows, isBackward) {
  const width = lanes > 0 ? lanes * LANE + 8 : 2;
  const root = svg("svg", {
    class: `gutter ${isBackward ? "backward" : "forward"}`,
    width,
    height: rows * PITCH,
    "aria-hidden": "true",
  });
  const side = (/** @type {number} */ x) => (isBackward ? x : width - x);
  for (const net of nets) {
    if (net.lane === null) continue;
    const x = side(4 + LANE * (net.lane + 0.5));
    const from = net.source * PITCH + 28;
    for (const [row, , wanted] of net.stops) {
      if (row <= net.source + 1 || (isBackward && wanted === 0)) continue;
      const to = row * PITCH + 12;
      root.append(svg("path", { d: `M${side(0)} ${from}H${x}V${to}H${side(0)}` }));
      const [tip, height] = [side(0), isBackward ? from : to];
      const back = side(5);
      root.append(svg("path", { class: "head", d: `M${back} ${height - 3}L${tip} ${height}L${back} ${height + 3}Z` }));
    }
  }
  return root;
}

/**
 * Up and down move from row to row, in the same half.
 * @param {KeyboardEvent} event
 * @param {RowData[]} rows
 * @param {(index: number) => HTMLElement} at
 */
function walkRows(event, rows, at) {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const from = /** @type {Element} */ (event.target).closest("button.step");
  if (!step || !from) return;
  const isBackward = from.classList.contains("backward");
  let index = Number(from.closest(".row")?.getAttribute("data-row")) + step;
  event.preventDefault();
  event.stopPropagation();
  while (rows[index] && isBackward && rows[index].capsule === null) index += step;
  if (!rows[index]) return;
  const next = at(index).querySelector(isBackward ? "button.backward" : "button.forward");
  /** @type {HTMLElement|null} */ (next)?.focus();
}
