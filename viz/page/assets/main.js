// Starts the page: reads the data block, makes the ladder and the panel, and listens to the keyboard.

/**
 * @typedef {Object} PageData
 * @property {string} title
 * @property {string[]} footer
 * @property {boolean} has_backward
 * @property {LevelData[]} levels the ladder, more and more unfolded
 * @property {number} level the one to start with
 * @property {Record<string, NodeData>} nodes
 * @property {Record<string, PoolData>} pools
 * @property {number} start
 */

/** @param {string} id */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

function startPage() {
  const data = /** @type {PageData} */ (JSON.parse(byId("data").textContent ?? "{}"));
  const { levels, nodes, pools } = data;
  const theme = document.documentElement.dataset.theme ?? "auto";
  /** @type {Choice} */
  const start = {
    row: data.start,
    level: data.level,
    view: "step",
    theme,
    stop: null,
    plane: null,
    lab: null,
    pin: null,
  };
  const counts = levels.map((level) => level.rows.length);
  let choice = readAddress(counts, start);
  let { rows } = levels[choice.level];
  const isFirstSight = location.hash.length <= 1;
  const main = byId("panel");
  const caption = html("p", { class: "caption", role: "status", "aria-live": "polite" });
  /** @type {Panel|null} */
  let panel = null;

  const remember = (/** @type {Partial<Choice>} */ changes) => {
    choice = { ...choice, ...changes };
    if (panel) writeAddress(choice, start);
  };
  const say = (/** @type {string} */ words) => {
    caption.textContent = words;
  };

  let ladder = showLevel();

  /** Makes the ladder as far unfolded as the reader wants. */
  function showLevel() {
    const fold = (/** @type {number} */ step) => unfold(choice.level + step);
    rows = levels[choice.level].rows;
    return makeLadder(byId("ladder"), data, choice.level, (index) => choose(index), fold);
  }

  /**
   * Folds or unfolds; the step that was shown stays, or the module that holds it is shown.
   * @param {number} level
   */
  function unfold(level) {
    const boxes = rows[choice.row].boxes;
    const shown = boxes[boxes.length - 1];
    choice = {
      ...choice,
      level,
      row: Math.max(
        0,
        levels[level].rows.findIndex((row) => row.boxes.includes(shown)),
      ),
    };
    ladder = showLevel();
    open(false);
    writeAddress(choice, start);
  }

  /** @param {number} index */
  function choose(index) {
    if (index === choice.row && panel && choice.view === "step") return;
    const isOther = index !== choice.row;
    choice = isOther ? { ...choice, row: index, stop: null, plane: null, lab: null, pin: null } : choice;
    setView("step");
    open(false);
    writeAddress(choice, start);
  }

  /** @param {boolean} playsAtFirst */
  function open(playsAtFirst) {
    panel?.leave();
    const row = rows[choice.row];
    ladder.select(choice.row);
    const pool = row?.pool ? pools[row.pool] : null;
    const host = { say, remember };
    panel = null;
    if (!row) {
      main.replaceChildren(html("p", { class: "caption" }, "The graph is empty: nothing was recorded."));
      return;
    }
    const made = pool ? makePoolPanel(pool, choice, host, playsAtFirst) : makeNodePanel(row, nodes, choice, host);
    main.replaceChildren(panelHead(row, nodes, pool), made.root, caption, made.foot);
    panel = made;
    made.start();
  }

  /** @param {"step"|"whole"} view */
  function setView(view) {
    choice = { ...choice, view };
    document.body.classList.toggle("shows-whole", view === "whole");
    whole.textContent = view === "whole" ? "this step" : "whole ladder";
  }

  const whole = button("whole ladder", { class: "quiet" }, () => {
    setView(choice.view === "whole" ? "step" : "whole");
    writeAddress(choice, start);
  });
  const help = /** @type {HTMLDialogElement} */ (byId("help"));
  fillHelp(help);
  const search = makeSearch(
    () => ({ rows, nodes, ladder }),
    (index) => choose(index),
    say,
  );
  const themes = makeThemeButton(choice.theme, (name) => remember({ theme: name }));
  byId("tools").append(
    whole,
    search,
    themes,
    button("?", { class: "quiet", "aria-label": "help" }, () => help.showModal()),
  );
  makeWholeClickable(byId("whole"), (box) => {
    const index = rows.findIndex((row) => rowHolds(row, box));
    if (index >= 0) choose(index);
  });
  document.body.classList.add("runs");
  setView(choice.view);
  open(isFirstSight);

  document.addEventListener("keydown", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || help.open || target.matches("input[type=search], select"))
      return;
    if (event.key === "/") search.focus();
    else if (event.key === "?") help.showModal();
    else if (event.key === " " && target.matches("button:focus-visible")) return;
    else if (event.key.startsWith("Arrow") && target.matches("input[type=range]")) return;
    else if (!panel?.key(event.key)) return;
    event.preventDefault();
  });
  window.addEventListener("hashchange", () => {
    choice = readAddress(counts, start);
    ladder = showLevel();
    setView(choice.view);
    open(false);
  });
}

/**
 * Whether a box of the graph belongs to a row: as a step, as a gradient, or as a parameter beside it.
 * @param {RowData} row
 * @param {string} box
 */
function rowHolds(row, box) {
  return row.boxes.includes(box) || row.gradients.includes(box) || row.chips.some((chip) => chip.link === box);
}

/**
 * The panel's heading: what the step is, and the user's line.
 * @param {RowData} row
 * @param {Record<string, NodeData>} nodes
 * @param {PoolData|null} pool
 */
function panelHead(row, nodes, pool) {
  const line = nodes[row.boxes[row.boxes.length - 1]]?.line;
  const words = [row.note, row.rung ? `keeps ${row.rung.words}` : ""].filter(Boolean).join(" · ");
  const title = html("h2", {}, html("b", {}, row.title), row.path ? html("i", {}, ` ${row.path}`) : "");
  const head = html("div", { class: "panel-head" }, title, html("p", { class: "note" }, words));
  if (pool && row.formula) head.append(html("p", { class: "formula backward" }, row.formula[1]));
  if (pool && line)
    head.append(html("p", { class: "note code", title: `${line[0]}, line ${line[1]}` }, `line ${line[1]}: ${line[2]}`));
  return head;
}

/** For tests: the arithmetic, as the page uses it. */
Object.assign(globalThis, { explorePage: Object.freeze({ joinTerms, route, scaleOf, shown, sumSign }) });

startPage();
