// What the reader has chosen, kept in the address, so that a link shows the same.

/**
 * @typedef {Object} Choice
 * @property {number} row the ladder's row
 * @property {number} level how far the ladder is unfolded
 * @property {"step"|"whole"} view
 * @property {string} theme
 * @property {number|null} stop where the scrubber stands; null: at its end
 * @property {string|null} plane which plane of a pool
 * @property {string|null} lab changed settings, "kind.window.stride.padding.ties"
 * @property {string|null} pin the pinned cell, "grid.row.column"
 */

/** The fields that the address holds, with their short names. */
const FIELDS = {
  row: "row",
  level: "open",
  view: "view",
  theme: "theme",
  stop: "at",
  plane: "map",
  lab: "try",
  pin: "pin",
};

/**
 * @param {number[]} rows how many rows there are, at each level
 * @param {Choice} start
 * @returns {Choice}
 */
function readAddress(rows, start) {
  const found = new URLSearchParams(location.hash.slice(1));
  const choice = { ...start };
  const [row, level] = [Number(found.get("row")), Number(found.get("open"))];
  if (found.has("open") && rows[level] !== undefined) choice.level = level;
  if (found.has("row") && Number.isInteger(row) && row >= 1 && row <= rows[choice.level]) choice.row = row - 1;
  if (found.get("view") === "whole") choice.view = "whole";
  const theme = found.get("theme");
  if (theme === "light" || theme === "dark" || theme === "auto") choice.theme = theme;
  const stop = Number(found.get("at"));
  if (found.has("at") && Number.isInteger(stop) && stop >= 0 && stop < 10) choice.stop = stop;
  choice.plane = found.get("map");
  choice.lab = found.get("try");
  choice.pin = found.get("pin");
  return choice;
}

/**
 * @param {Choice} choice
 * @param {Choice} start what is not worth saying
 */
function writeAddress(choice, start) {
  const found = new URLSearchParams();
  for (const [field, short] of Object.entries(FIELDS)) {
    const key = /** @type {keyof Choice} */ (field);
    const value = choice[key];
    if (value === null || (value === start[key] && key !== "row")) continue;
    found.set(short, key === "row" ? String(choice.row + 1) : String(value));
  }
  try {
    history.replaceState(null, "", `#${found}`);
  } catch {
    // A page inside a notebook's frame has no address of its own.
  }
}
