// An array as a heatmap with numbers, a histogram, and a few figures.

/**
 * @typedef {Object} Digest
 * @property {number[]} shape
 * @property {string} dtype
 * @property {(number|string)[][]} plane
 * @property {string} index where the plane lies in the array
 * @property {boolean} cut
 * @property {number[]|null} histogram
 * @property {{count: number, odd: number, least?: number, most?: number, mean?: number, zeros?: number}} figures
 */

const MAP_WIDTH = 320;
const MAP_HEIGHT = 250;
const HISTOGRAM_HEIGHT = 54;

/**
 * @param {Digest} digest
 * @param {string} name such as "dY"
 * @param {string} role
 * @param {(words: string) => void} say
 */
function heatmap(digest, name, role, say) {
  const plane = toNumbers(digest.plane);
  const columns = plane.length > 0 ? plane[0].length : 0;
  if (columns === 0) return html("p", { class: "note" }, "An empty array: there is nothing to show.");
  const size = Math.min(40, MAP_WIDTH / columns, Math.max(8, MAP_HEIGHT / plane.length));
  const scale = scaleOf(plane.flat());
  const largest = largestOf(plane.flat());
  const longest = Math.max(...plane.flat().map((value) => shown(value, scale).length));
  const hasNumbers = size >= longest * 5.5 + 4 && size >= 18;
  const root = svg("svg", {
    class: `heatmap ${role}`,
    viewBox: `-1 -1 ${columns * size + 2} ${plane.length * size + 2}`,
    width: columns * size + 2,
    height: plane.length * size + 2,
  });
  const group = svg("g", { role: "grid", "aria-label": `${name}: ${digest.shape.join(" × ") || "a scalar"}` });
  /** @type {Map<string, SVGElement>} */
  const cells = new Map();
  plane.forEach((values, row) => {
    const line = svg("g", { role: "row" });
    values.forEach((value, column) => {
      const place = { x: column * size, y: row * size, width: size, height: size };
      const fill = `${role === "backward" ? "viz-f" : "level"}-${gradientRole(value, largest)}`;
      const cell = svg("g", {
        role: "gridcell",
        class: `cell ${fill.endsWith("3") ? "on-strong" : ""}`,
        "data-row": row,
        "data-column": column,
      });
      setAttributes(cell, {
        tabindex: row + column === 0 ? "0" : "-1",
        "aria-label": `${name}, row ${row}, column ${column}: ${plainNumber(value)}`,
      });
      cell.append(svg("rect", { class: `ground ${fill}`, ...place }));
      if (hasNumbers) {
        const text = shown(value, scale);
        const middle = { x: (column + 0.5) * size, y: (row + 0.5) * size + 3.5, "text-anchor": "middle" };
        cell.append(svg("text", { class: "number", "font-size": fittingSize(text, size - 3, 11), ...middle }, text));
      }
      cells.set(`${row}.${column}`, cell);
      line.append(cell);
    });
    group.append(line);
  });
  const tell = (/** @type {Event} */ event) => {
    const label = /** @type {Element} */ (event.target).closest('[role="gridcell"]')?.getAttribute("aria-label");
    if (label) say(label);
  };
  group.addEventListener("pointerover", tell);
  group.addEventListener("focusin", tell);
  walkWithArrows(group, (row, column) => cells.get(`${row}.${column}`));
  root.append(group);
  const where = [digest.index && `shown: ${digest.index}`, digest.cut && "cut", hasNumbers && powerText(scale)]
    .filter(Boolean)
    .join(" · ");
  return html("figure", { class: "map" }, root, html("figcaption", { class: "note" }, where));
}

/**
 * @param {Digest} digest
 * @param {string} role
 */
function histogram(digest, role) {
  const { least, most } = digest.figures;
  const counts = digest.histogram;
  if (!counts || least === undefined || most === undefined) return html("div", {});
  const highest = Math.max(...counts);
  const width = MAP_WIDTH / counts.length;
  const bars = counts.map((count, i) => {
    const height = count === 0 ? 0 : Math.max(1.5, (count / highest) * HISTOGRAM_HEIGHT);
    const bar = svg("rect", { x: i * width + 0.5, y: HISTOGRAM_HEIGHT - height, width: width - 1, height });
    bar.append(svg("title", {}, `${count} of ${digest.figures.count}`));
    return bar;
  });
  const y = HISTOGRAM_HEIGHT + 13;
  return svg(
    "svg",
    {
      class: `histogram ${role}`,
      viewBox: `0 0 ${MAP_WIDTH} ${y + 3}`,
      width: MAP_WIDTH,
      height: y + 3,
      role: "img",
      "aria-label": `histogram from ${least} to ${most}`,
    },
    ...bars,
    svg("text", { class: "note", x: 0, y }, plainNumber(least, 3)),
    svg("text", { class: "note", x: MAP_WIDTH, y, "text-anchor": "end" }, plainNumber(most, 3)),
  );
}

/**
 * @param {Digest} digest
 * @param {string} name
 */
function figures(digest, name) {
  const { count, odd, least, most, mean, zeros } = digest.figures;
  const words = [`${digest.shape.join(" × ") || "scalar"} ${digest.dtype}`];
  if (least !== undefined && most !== undefined && mean !== undefined && zeros !== undefined) {
    words.push(`from ${plainNumber(least, 3)} to ${plainNumber(most, 3)}, mean ${plainNumber(mean, 3)}`);
    words.push(`${plainNumber((100 * zeros) / Math.max(1, count), 2)} % zeros`);
  }
  if (odd > 0) words.push(`${odd} NaN or infinite`);
  return html("p", { class: "figures" }, html("strong", {}, name), ` ${words.join(" · ")}`);
}
