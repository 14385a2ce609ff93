// The panel of any other step: its values, its gradient, its settings, the formula of its gradient rule, the line.

/**
 * @typedef {Object} NodeData
 * @property {string} kind
 * @property {string} op
 * @property {string|null} name
 * @property {string[]} shapes
 * @property {[string, string][]} settings
 * @property {[string, string][]} feeds argument name and box
 * @property {[string, number, string, string]|null} line
 * @property {[string, string, string, number][]} saved
 * @property {[string, string[], string][]} made what its gradient rule is made of
 * @property {Digest|null} value
 * @property {Digest|null} gradient
 */
/**
 * @typedef {Object} RowData
 * @property {"op"|"parameter"|"constant"|"output"} kind
 * @property {string} title
 * @property {string} path
 * @property {string} note
 * @property {string[]} boxes
 * @property {{link: string, title: string, note: string, gradient: string|null}[]} chips
 * @property {{bytes: number, words: string, short: string[]}|null} rung
 * @property {string|null} capsule
 * @property {string} capsule_note
 * @property {string[]} gradients
 * @property {string|null} pool
 * @property {[string, string]|null} formula
 */

/**
 * @param {RowData} row
 * @param {Record<string, NodeData>} nodes
 * @param {Choice} choice
 * @param {Host} host
 * @returns {Panel}
 */
function makeNodePanel(row, nodes, choice, host) {
  const node = nodes[row.boxes[row.boxes.length - 1]];
  const sections = [
    ["forward", "Forward", valueSection(row, nodes, host)],
    ["backward", "Backward", gradientSection(row, nodes, host)],
    ["saved", "Kept for backward", savedSection(row, nodes)],
    ["parameter", "Parameters", parameterSection(row, nodes, host)],
    ["source", "Your line", lineSection(node)],
  ].filter(([, , content]) => content !== null);
  const cards = sections.map(([role, title, content]) =>
    html(
      "section",
      { class: `card ${role}`, "data-part": String(role) },
      html("h3", {}, String(title)),
      .../** @type {Node[]} */ (content),
    ),
  );
  const stops = stopsOfRow(row).filter((stop) => cards.some((card) => card.dataset.part === stop.part));
  let index = stops.length - 1;
  const scrubber = makeScrubber(stops, {
    seek: (place) => seek(place),
    play: () => seek(index === stops.length - 1 ? 0 : index + 1),
  });
  const root = html("div", { class: "node-panel" }, html("div", { class: "cards" }, ...cards));
  const foot = html("div", { class: "foot" }, scrubber.root);

  /** @param {number} place */
  function seek(place) {
    index = Math.max(0, Math.min(place, stops.length - 1));
    scrubber.set(index);
    for (const card of cards) {
      const isNow = card.dataset.part === stops[index].part;
      card.classList.toggle("now", isNow);
      if (isNow && card.isConnected) card.scrollIntoView({ block: "nearest" });
    }
    host.say(stops[index].caption);
  }
  seek(0);
  return {
    root,
    foot,
    key(key) {
      if (key === "ArrowRight" || key === "ArrowLeft") seek(index + (key === "ArrowRight" ? 1 : -1));
      else if (key === " ") seek(index === stops.length - 1 ? 0 : index + 1);
      else if (key === "Escape") seek(0);
      else return false;
      return true;
    },
    leave() {},
    start() {
      if (choice.stop !== null) seek(choice.stop);
    },
  };
}

/** @param {RowData} row */
function stopsOfRow(row) {
  const [does, rule] = row.formula ?? ["", ""];
  const kept = row.rung ? `Kept for backward: ${row.rung.words}.` : "Nothing is kept for backward.";
  return [
    {
      half: "forward",
      part: "forward",
      label: "compute",
      caption: `${row.title}: ${row.note}${does ? `. ${does}` : ""}.`,
    },
    { half: "forward", part: "saved", label: "keep", caption: kept },
    {
      half: "backward",
      part: "backward",
      label: "go back",
      caption: row.capsule ? `${row.capsule}${rule ? `: ${rule}` : ""}.` : "No gradient comes back here.",
    },
    { half: "backward", part: "parameter", label: "parameters", caption: "Its parameters get gradients too." },
  ];
}

/**
 * @param {Digest|null} digest
 * @param {string} name
 * @param {string} role
 * @param {Host} host
 * @returns {Node[]}
 */
function arrayParts(digest, name, role, host) {
  if (!digest)
    return [html("p", { class: "note" }, "No values here: they are gone, or the graph is too large to show them all.")];
  return [figures(digest, name), heatmap(digest, name, role, host.say), histogram(digest, role)];
}

/**
 * @param {RowData} row
 * @param {Record<string, NodeData>} nodes
 * @param {Host} host
 * @returns {Node[]}
 */
function valueSection(row, nodes, host) {
  const node = nodes[row.boxes[row.boxes.length - 1]];
  const parts = [];
  if (row.formula) parts.push(html("p", { class: "formula" }, row.formula[0]));
  if (row.boxes.length > 1)
    parts.push(html("p", { class: "note" }, `made of ${row.boxes.map((box) => nodes[box]?.op ?? "…").join(", ")}`));
  const settings = node?.settings ?? [];
  if (settings.length > 0) {
    const entries = settings.flatMap(([name, value]) => [html("dt", {}, name), html("dd", {}, value)]);
    parts.push(html("dl", { class: "facts" }, ...entries));
  }
  return [...parts, ...arrayParts(node?.value ?? null, resultName(row), "forward", host)];
}

/**
 * What the row's formula calls the result: Y, or Z where X and Y are its operands.
 * @param {RowData} row
 */
function resultName(row) {
  if (row.kind !== "op") return row.title;
  const name = row.formula ? row.formula[0].split(" = ")[0].replace(/\[.*/, "") : "Y";
  return name === "loss" || name.length <= 2 ? name : "Y";
}

/**
 * @param {RowData} row
 * @param {Record<string, NodeData>} nodes
 */
function savedSection(row, nodes) {
  if (row.kind !== "op") return null;
  const saved = row.boxes.flatMap((box) => nodes[box]?.saved ?? []);
  if (saved.length === 0) return [html("p", {}, "nothing")];
  const entries = saved.flatMap(([name, shape, dtype, bytes]) => [
    html("dt", {}, name),
    html("dd", {}, `${shape} ${dtype}, ${bytes.toLocaleString("en")} B`),
  ]);
  return [html("dl", { class: "facts" }, ...entries)];
}

/**
 * @param {RowData} row
 * @param {Record<string, NodeData>} nodes
 * @param {Host} host
 * @returns {Node[]}
 */
function gradientSection(row, nodes, host) {
  const node = nodes[row.boxes[row.boxes.length - 1]];
  if (!row.capsule) return [html("p", { class: "note" }, row.capsule_note || "no gradient comes by")];
  const parts = [];
  if (row.formula) parts.push(html("p", { class: "formula" }, row.formula[1]));
  const made = row.boxes.flatMap((box) => nodes[box]?.made ?? []).filter(([, , why]) => why !== "fan-out sum");
  if (made.length > 0) parts.push(html("p", { class: "note" }, `the rule made: ${made.map(([op]) => op).join(", ")}`));
  return [
    ...parts,
    ...arrayParts(node?.gradient ?? null, arrivingName(row), "backward", host),
  ];
}

/** @param {RowData} row */
function arrivingName(row) {
  if (row.kind !== "op") return `d ${row.title}`;
  const name = resultName(row);
  return `d${name.length > 2 ? " " : ""}${name}, what arrives`;
}

/**
 * @param {RowData} row
 * @param {Record<string, NodeData>} nodes
 * @param {Host} host
 */
function parameterSection(row, nodes, host) {
  const chips = row.chips.filter((chip) => nodes[chip.link]);
  if (chips.length === 0) return null;
  return chips.flatMap((chip) => {
    const node = nodes[chip.link];
    const heading = html("h4", {}, `${chip.title} ${chip.note}`);
    const gradient = node.gradient
      ? [
          html("h4", { class: "backward" }, `d ${chip.title}`),
          ...arrayParts(node.gradient, `d ${chip.title}`, "backward", host),
        ]
      : [];
    const value = html("div", {}, heading, ...arrayParts(node.value, chip.title, "forward", host));
    return [html("div", { class: "pair" }, value, html("div", {}, ...gradient))];
  });
}

/** @param {NodeData|undefined} node */
function lineSection(node) {
  if (!node?.line) return null;
  const [file, number, text, where] = node.line;
  return [
    html("pre", {}, html("code", {}, text || "(the text is gone)")),
    html("p", { class: "note" }, `${file}, line ${number}, in ${where}`),
  ];
}
