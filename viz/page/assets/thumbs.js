// Tiny pictures of a pool for the ladder: where the winners are, and what un-pooling makes of dY.

const THUMB = 26;
const THUMB_CELLS = 8;

/**
 * @param {string|null} box
 * @param {Record<string, PoolData>} pools
 * @returns {{saved: SVGElement, back: SVGElement}|null}
 */
function thumbsOf(box, pools) {
  const pool = box === null ? null : pools[box];
  if (!pool || pool.kind !== "max") return null;
  const plane = pool.planes[0];
  const routed = route(toNumbers(plane.x), plane.dy && toNumbers(plane.dy), recordedSettings(pool, plane));
  const { rows, columns } = choosePart(routed);
  const cells = [];
  for (let row = Math.max(0, rows[0]); row < Math.min(rows[0] + THUMB_CELLS, routed.x.length); row += 1) {
    for (
      let column = Math.max(0, columns[0]);
      column < Math.min(columns[0] + THUMB_CELLS, routed.x[0].length);
      column += 1
    ) {
      cells.push({ row, column });
    }
  }
  const largest = largestOf(cells.map(({ row, column }) => routed.dx[row][column]));
  return {
    saved: thumb(cells, (cell) => (routed.arrivals[cell.row][cell.column].length > 0 ? "tap won" : "tap")),
    back: thumb(cells, (cell) => `viz-f-${gradientRole(routed.dx[cell.row][cell.column], largest)}`),
  };
}

/**
 * @param {Cell[]} cells
 * @param {(cell: Cell) => string} look
 * @returns {SVGElement}
 */
function thumb(cells, look) {
  const [row0, column0] = [Math.min(...cells.map((cell) => cell.row)), Math.min(...cells.map((cell) => cell.column))];
  const size = Math.max(...cells.flatMap((cell) => [cell.row - row0, cell.column - column0])) + 1;
  const squares = cells.map((cell) =>
    svg("rect", { class: look(cell), x: cell.column - column0, y: cell.row - row0, width: 1, height: 1 }),
  );
  return svg(
    "svg",
    { class: "thumb", viewBox: `0 0 ${size} ${size}`, width: THUMB, height: THUMB, "aria-hidden": "true" },
    ...squares,
  );
}
