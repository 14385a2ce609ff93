// Search: finds rows by title, module, shape, gradient rule, parameter, or the words of their line.

/**
 * @param {RowData[]} rows
 * @param {Record<string, NodeData>} nodes
 * @returns {string[]} for each row all its words, in small letters
 */
function searchTexts(rows, nodes) {
  return rows.map((row) => {
    const lines = row.boxes.map((box) => nodes[box]?.line?.[2] ?? "");
    const chips = row.chips.map((chip) => chip.title);
    return [row.title, row.path, row.note, row.capsule ?? "", row.capsule_note, ...chips, ...lines]
      .join(" ")
      .toLowerCase();
  });
}

/**
 * @param {() => {rows: RowData[], nodes: Record<string, NodeData>, ladder: LadderList}} now what there is to search
 * @param {(index: number) => void} choose
 * @param {(words: string) => void} say
 */
function makeSearch(now, choose, say) {
  const input = html("input", {
    type: "search",
    placeholder: "search  /",
    "aria-label": "search the ladder",
    spellcheck: "false",
    autocomplete: "off",
  });
  /** @type {number[]} */
  let found = [];
  let place = -1;
  input.addEventListener("input", () => {
    const words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    place = -1;
    const { rows, nodes, ladder } = now();
    const texts = searchTexts(rows, nodes);
    found = texts.flatMap((text, index) =>
      words.length > 0 && words.every((/** @type {string} */ word) => text.includes(word)) ? [index] : [],
    );
    ladder.mark(words.length > 0 ? new Set(found) : null);
    if (words.length > 0)
      say(
        found.length > 0 ? `${counted(found.length, "row")} found; Enter goes to the next.` : "No row has these words.",
      );
  });
  input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && found.length > 0) {
      place = (place + (event.shiftKey ? found.length - 1 : 1)) % found.length;
      choose(found[place]);
    } else if (event.key === "Escape") {
      input.value = "";
      now().ladder.mark(null);
      input.blur();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return input;
}
