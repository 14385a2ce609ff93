// The compact ladder on the left: a row for each forward call, what it keeps, and its gradient rule facing it.

/**
 * @typedef {Object} NetData
 * @property {number} source
 * @property {number|null} lane
 * @property {[number, number, number][]} stops row, uses, wanted
 */
/**
 * @typedef {Object} LadderList
 * @property {(index: number) => void} select
 * @property {(indices: Set<number>|null) => void} mark rows that a search found
 * @property {(index: number) => void} focus
 */

const PITCH = 42;
const LANE = 7;
const MANY_ROWS = 200;

/**
 * @param {HTMLElement} root
 * @param {RowData[]} rows
 * @param {NetData[]} nets
 * @param {number} lanes
 * @param {boolean} hasBackward
 * @param {(index: number, half: "forward"|"backward") => void} choose
 * @returns {LadderList}
 */
function makeLadder(root, rows, nets, lanes, hasBackward, choose) {
  const straight = nets.flatMap((net) =>
    net.stops.filter(([row]) => row === net.source + 1).map(([row, , wanted]) => ({ row, wanted })),
  );
  const fed = new Set(straight.map(({ row }) => row));
  const returns = new Set(straight.filter(({ wanted }) => wanted > 0).map(({ row }) => row));
  const sums = new Map(nets.map((net) => [net.source, net.stops.reduce((sum, [, , wanted]) => sum + wanted, 0)]));
  const elements = rows.map((row, index) => {
    const wires = {
      isFed: fed.has(index),
      isReturned: returns.has(index) && row.capsule !== null,
      sum: sums.get(index) ?? 0,
    };
    return makeRow(row, index, wires, choose);
  });
  const head = html(
    "div",
    { class: "ladder-head", "aria-hidden": "true" },
    html("span", { class: "forward" }, "forward, down"),
  );
  if (hasBackward)
    head.append(html("span", { class: "saved" }, "kept"), html("span", { class: "backward" }, "backward, up"));
  // In long ladders rows are laid out when they come into sight.
  const looks = `rows${hasBackward ? "" : " forward-only"}${rows.length > MANY_ROWS ? " many" : ""}`;
  const list = html(
    "div",
    { class: looks },
    gutter(nets, lanes, rows.length, false),
    html("div", { class: "row-list" }, ...elements),
  );
  if (hasBackward) list.append(gutter(nets, lanes, rows.length, true));
  root.append(head, list);
  root.addEventListener("keydown", (event) => walkRows(event, elements));
  const select = (/** @type {number} */ index) => {
    elements.forEach((element, place) => {
      element.classList.toggle("selected", place === index);
      for (const step of element.querySelectorAll("button"))
        setAttributes(step, { "aria-current": place === index ? "true" : null, tabindex: place === index ? 0 : -1 });
    });
    elements[index]?.scrollIntoView({ block: "nearest" });
  };
  return {
    select,
    mark(indices) {
      elements.forEach((element, place) => {
        element.classList.toggle("found", indices !== null && indices.has(place));
        element.classList.toggle("passed", indices !== null && !indices.has(place));
      });
    },
    focus: (index) => elements[index]?.querySelector("button")?.focus(),
  };
}

/**
 * @param {RowData} row
 * @param {number} index
 * @param {{isFed: boolean, isReturned: boolean, sum: number}} wires
 * @param {(index: number, half: "forward"|"backward") => void} choose
 */
function makeRow(row, index, wires, choose) {
  const words = (/** @type {string} */ title, /** @type {string} */ path, /** @type {string} */ note) => [
    html("span", { class: "line" }, html("b", {}, title), html("i", {}, path)),
    html("span", { class: "line note" }, note),
  ];
  const forward = button("", { class: `step forward ${row.kind}${wires.isFed ? " fed" : ""}`, title: row.title }, () =>
    choose(index, "forward"),
  );
  forward.append(...words(row.title, row.path, row.note));
  const made = html("div", { class: "row", "data-row": index }, forward, makeRung(row));
  if (row.capsule === null) {
    made.append(html("span", { class: "absent" }, row.capsule_note));
    return made;
  }
  const backward = button(
    "",
    { class: `step backward ${row.kind}${wires.isReturned ? " returns" : ""}`, title: row.capsule },
    () => choose(index, "backward"),
  );
  const sum = wires.sum > 1 ? `sum of ${wires.sum}` : "";
  backward.append(...words(row.capsule, sum, row.capsule_note));
  made.append(backward);
  return made;
}

/** @param {RowData} row */
function makeRung(row) {
  const rung = html("span", { class: "rung" });
  if (!row.rung) return rung;
  const { bytes, words, short } = row.rung;
  const width = bytes > 0 ? 1 + 0.45 * (String(bytes).length - 1) : 0.8;
  rung.setAttribute("title", words);
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
 * @param {HTMLElement[]} elements
 */
function walkRows(event, elements) {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const from = /** @type {Element} */ (event.target).closest("button.step");
  if (!step || !from) return;
  const isBackward = from.classList.contains("backward");
  let index = Number(from.closest(".row")?.getAttribute("data-row")) + step;
  event.preventDefault();
  event.stopPropagation();
  for (; index >= 0 && index < elements.length; index += step) {
    const next = /** @type {HTMLElement|null} */ (
      elements[index].querySelector(isBackward ? "button.backward" : "button.forward")
    );
    if (!next) continue;
    next.focus();
    return;
  }
}
