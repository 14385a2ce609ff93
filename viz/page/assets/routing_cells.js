// The cells of picture A's five grids: what each holds when everything is shown.

/**
 * @param {Grid} grid
 * @param {string} kind
 * @param {...(Node|string)} children
 */
function cellGroup(grid, kind, ...children) {
  const size = grid.size;
  return svg(
    "g",
    { class: `cell ${kind}`, role: "gridcell" },
    svg("rect", { class: "ground", width: size, height: size }),
    ...children,
  );
}

/**
 * A number in the middle of a cell, or lower in it.
 * @param {string} text
 * @param {number} size of the cell
 * @param {number} [height] 0.5 is the middle
 */
function cellNumber(text, size, height = 0.5) {
  const font = fittingSize(text, size - 4, size >= 36 ? 14 : 12);
  return svg(
    "text",
    { class: "number", x: size / 2, y: size * height + font * 0.36, "font-size": font, "text-anchor": "middle" },
    text,
  );
}

/**
 * @param {Routed} routed
 * @param {number} row
 * @param {number} column
 */
function isReal(routed, row, column) {
  return row >= 0 && column >= 0 && row < routed.x.length && column < routed.x[0].length;
}

/**
 * @param {Routed} routed
 * @param {Layout} layout
 * @param {{x: Scale, g: Scale}} scales
 * @param {number} row
 * @param {number} column
 */
function inputCell(routed, layout, scales, row, column) {
  const size = layout.x.size;
  if (!isReal(routed, row, column)) {
    const padding = routed.settings.kind === "max" ? `${MINUS}∞` : "0";
    const made = cellGroup(layout.x, "padding", cellNumber(padding, size));
    made.setAttribute("role", "presentation");
    return made;
  }
  const isMax = routed.settings.kind === "max";
  const wins = isMax ? routed.arrivals[row][column].length : 0;
  const made = cellGroup(layout.x, "value", cellNumber(shown(routed.x[row][column], scales.x), size));
  if (isMax) made.append(...winnerMarks(routed, row, column, wins, size));
  const isRead = routed.windows.some((w) => w.cells.some((cell) => cell.row === row && cell.column === column));
  made.classList.toggle("unused", !isRead);
  return made;
}

/**
 * What a screen reader says of a cell of X; how often it wins only where that is no riddle.
 * @param {Routed} routed
 * @param {Cell} cell
 * @param {boolean} isTold
 */
function inputLabel(routed, cell, isTold) {
  const wins = routed.settings.kind === "max" && isTold ? routed.arrivals[cell.row][cell.column].length : 0;
  const told = wins > 0 ? `, wins ${counted(wins, "window")}` : "";
  return `X at ${placeOf(routed, cell)}: ${plainNumber(routed.x[cell.row][cell.column])}${told}`;
}

/**
 * A ring where a cell wins (half a ring where it shares), how often, and a mark on equal losers.
 * @param {Routed} routed
 * @param {number} row
 * @param {number} column
 * @param {number} wins
 * @param {number} size
 */
function winnerMarks(routed, row, column, wins, size) {
  const marks = [];
  const radius = size * 0.4;
  const middle = { cx: size / 2, cy: size / 2, r: radius };
  if (wins > 0) {
    const isShared = routed.arrivals[row][column].every(({ window }) => window.shares.length > 1);
    marks.push(svg("circle", { class: isShared ? "ring shared" : "ring", ...middle }));
    if (wins > 1) {
      marks.push(
        svg(
          "g",
          { class: "badge" },
          svg("rect", { x: size - 21, y: 2, width: 19, height: 12, rx: 3 }),
          svg("text", { x: size - 11.5, y: 11.3, "text-anchor": "middle" }, `×${wins}`),
        ),
      );
    }
  }
  const isEqualLoser = routed.windows.some(
    (w) => w.equals.some((cell) => cell.row === row && cell.column === column) && !isAllZero(w, routed.x),
  );
  if (isEqualLoser) {
    if (wins === 0) marks.push(svg("circle", { class: "ring tied", ...middle }));
    marks.push(svg("text", { class: "equal", x: 5, y: 11 }, "="));
  }
  return marks;
}

/**
 * A cell's row and column in the whole map, of which the plane may be a part.
 * @param {Routed} routed
 * @param {Cell} cell
 */
function placeOf(routed, cell) {
  const [top, left] = routed.settings.origin ?? [0, 0];
  return `${cell.row + top}, ${cell.column + left}`;
}

/**
 * @param {string} kind
 * @param {Grid} grid
 * @param {string} name
 * @param {string} number
 * @param {string} label
 */
function namedCell(kind, grid, name, number, label) {
  const size = grid.size;
  const isRoomy = size >= 34;
  const made = cellGroup(grid, kind, cellNumber(number, size, isRoomy ? 0.6 : 0.5));
  if (isRoomy) made.append(svg("text", { class: "name", x: 4, y: 11 }, name));
  made.setAttribute("aria-label", label);
  return made;
}

/**
 * @param {Routed} routed
 * @param {number} row
 * @param {number} column
 */
function windowAt(routed, row, column) {
  return routed.windows[row * routed.grid[1] + column];
}

/**
 * A window's name as it stands in a cell: a letter, or "row,column".
 * @param {Layout} layout
 * @param {PoolWindow} window
 */
function shortName(layout, window) {
  return layout.names.get(window.index) ?? `${window.row},${window.column}`;
}

/**
 * A window's name in a sentence: a letter, or "[row, column]".
 * @param {Layout} layout
 * @param {PoolWindow} window
 */
function nameOf(layout, window) {
  const name = shortName(layout, window);
  return name.includes(",") ? `[${name.replace(",", ", ")}]` : name;
}

/**
 * @param {Routed} routed
 * @param {Layout} layout
 * @param {{x: Scale, g: Scale}} scales
 * @param {number} row
 * @param {number} column
 */
function outputCell(routed, layout, scales, row, column) {
  const window = windowAt(routed, row, column);
  const name = nameOf(layout, window);
  return namedCell(
    "value",
    layout.y,
    shortName(layout, window),
    shown(window.value, scales.x),
    `Y, window ${name}: ${plainNumber(window.value)}`,
  );
}

/**
 * @param {Routed} routed
 * @param {Layout} layout
 * @param {{x: Scale, g: Scale}} scales
 * @param {number} row
 * @param {number} column
 */
function incomingCell(routed, layout, scales, row, column) {
  const window = windowAt(routed, row, column);
  const name = nameOf(layout, window);
  const value = routed.dy[row][column];
  const made = namedCell(
    "gradient",
    layout.dy,
    shortName(layout, window),
    shown(value, scales.g),
    `dY, window ${name}: ${plainNumber(value)}`,
  );
  paintGradient(made, value, largestOf(routed.dx.flat().concat(routed.dy.flat())));
  return made;
}

/**
 * The winner's number, and where in the window that is.
 * @param {Routed} routed
 * @param {Layout} layout
 * @param {number} row
 * @param {number} column
 */
function switchCell(routed, layout, row, column) {
  const window = windowAt(routed, row, column);
  const name = nameOf(layout, window);
  const size = layout.saved.size;
  const taps = window.shares.map((share) => share.tap);
  const words = window.shares.map((share) => `(${placeOf(routed, share)})`).join(" and ");
  const made = cellGroup(layout.saved, "switch");
  const isRoomy = size >= 38;
  const [rows, columns] = routed.settings.window;
  const little = Math.min(isRoomy ? (size - 20) / Math.max(rows, columns) : (size - 6) / Math.max(rows, columns), 7);
  const [x0, y0] = isRoomy
    ? [size - 4 - columns * little, size - 5 - rows * little]
    : [(size - columns * little) / 2, (size - rows * little) / 2];
  for (let tap = 0; tap < rows * columns && little >= 2; tap += 1) {
    const place = {
      x: x0 + (tap % columns) * little,
      y: y0 + Math.floor(tap / columns) * little,
      width: little,
      height: little,
    };
    made.append(svg("rect", { class: taps.includes(tap) ? "tap won" : "tap", ...place }));
  }
  if (isRoomy) {
    made.append(svg("text", { class: "name", x: 4, y: 11 }, shortName(layout, window)));
    made.append(
      svg("text", { class: "number", x: 4, y: size - 7, "font-size": 12 }, taps.length === 1 ? String(taps[0]) : "="),
    );
  }
  made.setAttribute(
    "aria-label",
    `switch of window ${name}: winner at ${words}, number ${taps.join(" and ")} in the window`,
  );
  return made;
}

/**
 * @param {Layout} layout
 */
function receivingCell(layout) {
  const size = layout.dx.size;
  const made = cellGroup(layout.dx, "gradient");
  made.append(
    svg("text", { class: "terms", x: size / 2, y: size * 0.42, "text-anchor": "middle" }),
    cellNumber("", size),
  );
  return made;
}
