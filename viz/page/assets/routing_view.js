// Picture A, live: X and Y on the left, dY and dX on the right, the saved switches between them.

/**
 * What of the picture can be seen.
 * @typedef {Object} Frame
 * @property {number} stop how far the story is; see story.js
 * @property {PoolWindow[]} lit the windows in the spotlight, the most important first
 * @property {number} scanned until the story has scanned the map: how many windows are done
 * @property {boolean} hasIncoming whether dY is there although its gradients haven't gone back yet
 * @property {Set<string>} hidden cells of dX, as "row,column", that the reader has yet to guess; "all" hides every one
 * @property {{spotlight: PoolWindow, second: PoolWindow|null}} tale
 */

/**
 * @typedef {Object} View
 * @property {SVGElement} root
 * @property {SVGElement} flyers where the story's pills fly
 * @property {Layout} layout
 * @property {(frame: Frame) => void} update
 * @property {(grid: string, row: number, column: number) => SVGElement|undefined} cell
 * @property {{x: Scale, g: Scale}} scales
 */

/** Names of the stops, so that code says what it means. */
const STOPS = { look: 0, keep: 1, remember: 2, back: 3, losers: 4, second: 5, all: 6 };

/**
 * Draws the picture of a routed plane; `update` then shows as much of it as a frame says.
 * @param {Routed} routed
 * @param {{x: Scale, g: Scale}} scales
 * @param {{top: number, left: number, whole: number[]}} whole the map that the plane is a part of
 * @returns {View}
 */
function drawRouting(routed, scales, whole) {
  const layout = layOut(routed);
  /** @type {Map<string, SVGElement>} */
  const cells = new Map();
  const parts = {
    marks: svg("g", { class: "marks", "aria-hidden": "true" }),
    flyers: svg("g", { class: "flyers", "aria-hidden": "true" }),
  };
  const rulers = drawRulers(layout);
  const isMax = routed.settings.kind === "max";
  const root = svg(
    "svg",
    { class: "routing", viewBox: `0 0 ${WIDTH} ${layout.height}`, role: "group", "aria-label": "One pooling step" },
    hatching(),
    svg("rect", { class: "half", x: 0.5, y: 0.5, width: HALF, height: layout.height - 1, rx: 8 }),
    svg("rect", { class: "half", x: WIDTH - HALF - 0.5, y: 0.5, width: HALF, height: layout.height - 1, rx: 8 }),
    ...savedBox(layout, isMax),
    ...titles(layout, routed, scales),
    svg("text", { class: "note", x: 16, y: 46 }, partWords(layout, whole)),
    gridGroup("x", "X, the input", layout.x, cells, (row, column) => inputCell(routed, layout, scales, row, column)),
    gridGroup("y", "Y, the output", layout.y, cells, (row, column) => outputCell(routed, layout, scales, row, column)),
    ...(isMax
      ? [gridGroup("saved", "switches", layout.saved, cells, (row, column) => switchCell(routed, layout, row, column))]
      : []),
    gridGroup("dy", "dY, the incoming gradient", layout.dy, cells, (row, column) =>
      incomingCell(routed, layout, scales, row, column),
    ),
    gridGroup("dx", "dX, the gradient of the input", layout.dx, cells, (row, column) => receivingCell(layout)),
    rulers.root,
    parts.marks,
    parts.flyers,
  );
  const cell = (/** @type {string} */ grid, /** @type {number} */ row, /** @type {number} */ column) =>
    cells.get(`${grid}.${row}.${column}`);
  const update = (/** @type {Frame} */ frame) => {
    showForward(routed, layout, cells, frame);
    showReceived(routed, layout, scales, cells, frame);
    makeRoomForPills(routed, cells, frame);
    rulers.light(frame.lit);
    parts.marks.replaceChildren(...marksOf(routed, layout, scales, frame));
  };
  return { root, flyers: parts.flyers, layout, update, cell, scales };
}

/** The pattern of padding cells. */
function hatching() {
  const lines = svg("path", { class: "hatch", d: "M-2 2L2 -2M0 8L8 0M6 10L10 6" });
  return svg("defs", {}, svg("pattern", { id: "hatch", width: 8, height: 8, patternUnits: "userSpaceOnUse" }, lines));
}

/**
 * @param {Layout} layout
 * @param {boolean} isMax
 */
function savedBox(layout, isMax) {
  const { left, top, size, rows, columns } = layout.saved;
  const width = Math.max(columns * size + 28, 150);
  const box = { x: WIDTH / 2 - width / 2, y: top - 40, width, height: rows * size + 54, rx: 6 };
  const paper = svg("rect", { class: "saved-box", ...box });
  const middle = { x: WIDTH / 2, "text-anchor": "middle" };
  if (!isMax) {
    return [
      paper,
      svg("text", { class: "title saved", ...middle, y: top - 14 }, "saved: nothing"),
      svg("text", { class: "note", ...middle, y: top + 20 }, "where each number came"),
      svg("text", { class: "note", ...middle, y: top + 36 }, "from doesn't matter here"),
    ];
  }
  const y = top + (rows * size) / 2;
  return [
    svg("path", { class: "dots", d: `M${layout.y.left + columns * size + 8} ${y}H${box.x - 4}` }),
    svg("path", { class: "dots", d: `M${box.x + box.width + 4} ${y}H${layout.dy.left - 8}` }),
    paper,
    svg("path", { class: "key", d: `M${WIDTH / 2 - 62} ${top - 19}h12v4m-4 -4v3.5`, fill: "none" }),
    svg("circle", { class: "key", cx: WIDTH / 2 - 65, cy: top - 19, r: 3.4, fill: "none" }),
    svg(
      "text",
      { class: "title saved", x: WIDTH / 2 - 44, y: top - 14 },
      svg("tspan", { class: "strong" }, "switches"),
      " saved",
    ),
  ];
}

/**
 * @param {Layout} layout
 * @param {Routed} routed
 * @param {{x: Scale, g: Scale}} scales
 */
function titles(layout, routed, scales) {
  const title = (
    /** @type {number} */ x,
    /** @type {number} */ y,
    /** @type {string} */ role,
    /** @type {string} */ name,
    /** @type {string} */ words,
  ) => svg("text", { class: `title ${role}`, x, y }, svg("tspan", { class: "strong" }, name), ` ${words}`);
  const tag = (/** @type {number} */ right, /** @type {string} */ role, /** @type {string} */ words) =>
    svg(
      "g",
      { class: `tag ${role}` },
      svg("rect", { x: right - 78, y: 12, width: 78, height: 18, rx: 4 }),
      svg("text", { x: right - 39, y: 25, "text-anchor": "middle" }, words),
    );
  const [x, g] = [powerText(scales.x), powerText(scales.g)];
  const down = layout.x.top + layout.x.rows * layout.x.size + 6;
  const verb = { max: "max: keep the largest", average: "average: keep the mean", sum: "sum: add them up" }[
    routed.settings.kind
  ];
  const back = { max: "max_unpool, adds", average: "spread evenly, add", sum: "copy to all, add" }[
    routed.settings.kind
  ];
  const [leftArrow, rightArrow] = [layout.y.left + 12, layout.dy.left + layout.dy.columns * layout.dy.size - 12];
  return [
    title(16, 27, "forward", "X", `input ${x}`),
    title(WIDTH - HALF + 16, 27, "backward", "dX", `gradient of the input ${g}`),
    tag(HALF - 12, "forward", "FORWARD"),
    tag(WIDTH - 12, "backward", "BACKWARD"),
    title(layout.y.left, layout.y.top - 10, "forward", "Y", `output ${x}`),
    title(layout.dy.left, layout.dy.top - 10, "backward", "dY", `incoming ${g}`),
    svg("path", { class: "way forward", d: `M${leftArrow} ${down}v24m-5 -6l5 6l5 -6` }),
    svg("text", { class: "note forward", x: leftArrow + 12, y: down + 16 }, verb),
    svg("path", { class: "way backward", d: `M${rightArrow} ${down + 26}v-16` }),
    svg("path", { class: "way-head", d: `M${rightArrow - 7} ${down + 12}l7 -11l7 11Z` }),
    svg("text", { class: "note backward", x: rightArrow - 14, y: down + 16, "text-anchor": "end" }, back),
    ...indices(layout.x, routed.settings.origin ?? [0, 0]),
    ...indices(layout.dx, routed.settings.origin ?? [0, 0], [routed.x.length, routed.x[0].length]),
  ];
}

/**
 * Which part of a map is shown; nothing where all of it is.
 * @param {Layout} layout
 * @param {{top: number, left: number, whole: number[]}} whole
 */
function partWords(layout, whole) {
  if (
    !layout.isCropped &&
    whole.top + whole.left === 0 &&
    layout.x.rows >= whole.whole[0] &&
    layout.x.columns >= whole.whole[1]
  )
    return "";
  const [row, column] = [layout.x.row0 + whole.top, layout.x.column0 + whole.left];
  const rows = `rows ${Math.max(0, row)} to ${Math.min(whole.whole[0], row + layout.x.rows) - 1}`;
  const columns = `columns ${Math.max(0, column)} to ${Math.min(whole.whole[1], column + layout.x.columns) - 1}`;
  return `${rows}, ${columns} of ${whole.whole.join(" × ")}`;
}

/**
 * @param {Grid} grid
 * @param {number[]} origin
 * @param {number[]} [sizes] rows and columns that have numbers: padding has none in dX
 */
function indices(grid, origin, sizes) {
  const isShown = (/** @type {number} */ place, /** @type {0|1} */ axis) =>
    !sizes || (place >= 0 && place < sizes[axis]);
  const columns = Array.from({ length: grid.columns }, (_, i) => {
    if (!isShown(grid.column0 + i, 1)) return svg("g", {});
    const x = grid.left + (i + 0.5) * grid.size;
    return svg(
      "text",
      { class: "index", x, y: grid.top - 6, "text-anchor": "middle" },
      String(grid.column0 + origin[1] + i).replace("-", MINUS),
    );
  });
  const rows = Array.from({ length: grid.rows }, (_, i) => {
    if (!isShown(grid.row0 + i, 0)) return svg("g", {});
    const y = grid.top + (i + 0.5) * grid.size + 3.5;
    return svg(
      "text",
      { class: "index", x: grid.left - 6, y, "text-anchor": "end" },
      String(grid.row0 + origin[0] + i).replace("-", MINUS),
    );
  });
  return [...columns, ...rows];
}

/**
 * A grid of cells that arrow keys walk over.
 * @param {string} name
 * @param {string} label
 * @param {Grid} grid
 * @param {Map<string, SVGElement>} cells
 * @param {(row: number, column: number) => SVGElement|null} make
 */
function gridGroup(name, label, grid, cells, make) {
  const group = svg("g", { class: `grid ${name}`, role: "grid", "aria-label": label, "data-grid": name });
  let isFirst = true;
  for (let row = grid.row0; row < grid.row0 + grid.rows; row += 1) {
    const line = svg("g", { role: "row" });
    for (let column = grid.column0; column < grid.column0 + grid.columns; column += 1) {
      const cell = make(row, column);
      if (!cell) continue;
      const [x, y] = cornerOf(grid, row, column);
      setAttributes(cell, {
        transform: `translate(${x} ${y})`,
        "data-grid": name,
        "data-row": row,
        "data-column": column,
      });
      const isReal = cell.getAttribute("role") === "gridcell";
      if (isReal) {
        cell.setAttribute("tabindex", isFirst ? "0" : "-1");
        isFirst = false;
        cells.set(`${name}.${row}.${column}`, cell);
      }
      line.append(cell);
    }
    group.append(line);
  }
  walkWithArrows(group, (row, column) => cells.get(`${name}.${row}.${column}`));
  return group;
}
