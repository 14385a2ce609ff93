// The ten seconds: one window's way forward and back, and a second one whose gradient adds.

/**
 * @typedef {Object} Stop
 * @property {number} stop one of STOPS
 * @property {"forward"|"backward"} half
 * @property {string} label for its button
 * @property {string} caption
 */

/**
 * The window to tell about, and a second one with the same winner (null if there is none).
 * @param {Routed} routed
 * @param {Layout} layout
 */
function taleOf(routed, layout) {
  let best = { spotlight: layout.windows[0], second: /** @type {PoolWindow|null} */ (null) };
  let most = -1;
  for (const window of layout.windows) {
    const goal = window.shares[0];
    if (!goal || !shows(layout.dx, goal)) continue;
    const sent = routed.arrivals[goal.row][goal.column].filter(
      (entry) => entry.sent !== 0 && layout.names.has(entry.window.index),
    );
    const others = sent.filter((entry) => entry.window !== window);
    const own = sent.some((entry) => entry.window === window);
    // Exactly two wins tell it best; then a winner that is not the window's corner, and no map of zeros.
    const worth =
      (own ? 4 : 0) +
      (others.length === 1 ? 3 : others.length > 1 ? 2 : 0) +
      (window.value !== 0 ? 1 : 0) +
      (window.tap > 0 ? 0.5 : 0);
    if (worth > most) {
      most = worth;
      best = { spotlight: window, second: others.length > 0 ? others[0].window : null };
    }
  }
  return best;
}

/**
 * The stops of a picture, each with its caption.
 * @param {Routed} routed
 * @param {View} view
 * @param {{spotlight: PoolWindow, second: PoolWindow|null}} tale
 * @returns {Stop[]}
 */
function stopsOf(routed, view, tale) {
  const { spotlight, second } = tale;
  const g = (/** @type {number} */ value) => shown(value, view.scales.g);
  const name = nameOf(view.layout, spotlight);
  const [rows, columns] = routed.settings.window;
  const size = rows === 1 ? `${columns} cells` : `${rows} × ${columns} cells`;
  const look = {
    stop: STOPS.look,
    half: /** @type {const} */ ("forward"),
    label: "look",
    caption: `Numbers come in. A window of ${size} slides over them; each window gives one number.`,
  };
  const all = {
    stop: STOPS.all,
    half: /** @type {const} */ ("backward"),
    label: "all",
    caption: balance(routed, view),
  };
  const sent = routed.dy[spotlight.row][spotlight.column];
  if (routed.settings.kind !== "max") return [look, ...spreadStops(routed, view, spotlight), all];
  const goal = spotlight.shares[0];
  const back = `Backward, ${g(sent)} arrives for window ${name}. Its gradient goes back there.`;
  const stops = /** @type {Stop[]} */ ([
    look,
    {
      stop: STOPS.keep,
      half: "forward",
      label: "keep",
      caption: `max keeps one number of each window: ${shown(spotlight.value, view.scales.x)} of window ${name} …`,
    },
    {
      stop: STOPS.remember,
      half: "forward",
      label: "remember",
      caption: `… and remembers where it was: cell (${placeOf(routed, goal)}), number ${goal.tap} of the window.`,
    },
    { stop: STOPS.back, half: "backward", label: "go back", caption: back },
    {
      stop: STOPS.losers,
      half: "backward",
      label: "losers",
      caption: `The losers didn’t matter: window ${name} gives them 0.`,
    },
  ]);
  if (second) {
    const other =
      routed.dy[second.row][second.column] *
      (second.shares.find((s) => s.row === goal.row && s.column === goal.column)?.share ?? 1);
    const first = sent * goal.share;
    const terms = joinTerms([g(first), g(other)]);
    const sign = sumSign([first, other], first + other, view.scales.g);
    stops.push({
      stop: STOPS.second,
      half: "backward",
      label: "add",
      caption: `Window ${nameOf(view.layout, second)} chose the same cell. Two wins add: ${terms} ${sign} ${g(first + other)}.`,
    });
  }
  return [...stops, all];
}

/**
 * @param {Routed} routed
 * @param {View} view
 * @param {PoolWindow} spotlight
 * @returns {Stop[]}
 */
function spreadStops(routed, view, spotlight) {
  const name = nameOf(view.layout, spotlight);
  const sent = routed.dy[spotlight.row][spotlight.column];
  const share = spotlight.shares.length > 0 ? spotlight.shares[0].share : 0;
  const mean = routed.settings.kind === "average";
  const value = shown(spotlight.value, view.scales.x);
  const each = mean
    ? `${plainNumber(share, 3)} of it, ${plainNumber(sent * share, 3)}`
    : `all of it, ${plainNumber(sent, 3)}`;
  return [
    {
      stop: STOPS.keep,
      half: "forward",
      label: mean ? "mean" : "sum",
      caption: `Window ${name} gives the ${mean ? "mean" : "sum"} of its cells: ${value}.`,
    },
    {
      stop: STOPS.back,
      half: "backward",
      label: "spread",
      caption: `Backward, ${shown(sent, view.scales.g)} arrives for window ${name}. Every cell of it gets ${each}.`,
    },
  ];
}

/**
 * What was sent and what arrived.
 * @param {Routed} routed
 * @param {View} view
 */
function balance(routed, view) {
  const { settings, dx, dy, arrivals } = routed;
  // A cell whose gradients cancel has received them all the same; a window that sends 0 sends nothing.
  const sending = dy.flat().filter((value) => value !== 0).length;
  const received = arrivals.flat().filter((all) => all.some((entry) => entry.sent !== 0)).length;
  const zeros = dx.flat().length - received;
  const [sent, arrived] = [sumOf(dy), sumOf(dx)];
  const isSame = Math.abs(sent - arrived) <= 1e-5 * Math.max(1e-9, ...dy.flat().map(Math.abs)) * dy.flat().length;
  const sums = isSame
    ? `Both sums are ${plainNumber(sent, 3)}`
    : `The sums are ${plainNumber(sent, 3)} and ${plainNumber(arrived, 3)}`;
  const reason = {
    max: "nothing is lost",
    average: isSame ? "each gradient is shared out" : "what padding got is lost",
    sum: "each gradient is copied to every cell of its window",
  }[settings.kind];
  const why = Number.isFinite(sent + arrived) ? reason : "what is not finite has no balance";
  const overlap =
    settings.kind === "max" &&
    view.layout.windows.length > 1 &&
    !dx.some((line, r) => line.some((_, c) => routed.arrivals[r][c].length > 1));
  const hint = overlap ? " No cell wins twice here: let windows overlap." : "";
  return `${counted(sending, "gradient")} sent, ${counted(received, "cell")} received, ${zeros} stayed 0. ${sums}: ${why}.${hint}`;
}

/**
 * Plays the way from one stop to the next; the picture ends as the next stop's frame.
 * @param {View} view
 * @param {Routed} routed
 * @param {{spotlight: PoolWindow, second: PoolWindow|null}} tale
 * @param {number} next
 * @param {(changes: Partial<Frame>) => void} show
 * @param {{cancelled: boolean}} token
 * @param {() => void} tell says the caption; while the window scans, its own is not yet true
 */
async function playTo(view, routed, tale, next, show, token, tell) {
  const { layout, scales, flyers } = view;
  const { spotlight, second } = tale;
  const goal = spotlight.shares[0];
  const at = { x: middleOf(layout.x, goal.row, goal.column), dx: middleOf(layout.dx, goal.row, goal.column) };
  const own = (/** @type {Grid} */ grid, /** @type {PoolWindow} */ w) => middleOf(grid, w.row, w.column);
  const send = async (/** @type {PoolWindow} */ w, /** @type {number} */ duration) => {
    const path = [own(layout.dy, w), own(layout.saved, w), at.dx];
    await fly(
      flyers,
      pill(shown(routed.dy[w.row][w.column], scales.g), ...path[0], "backward", true),
      path,
      duration,
      token,
    );
  };
  if (next !== STOPS.keep) tell();
  if (next === STOPS.keep) {
    await scan(view, routed, tale, show, token);
    if (!token.cancelled) tell();
    const value = shown(spotlight.value, scales.x);
    show({ stop: STOPS.look, lit: [spotlight] });
    if (routed.settings.kind === "max")
      await fly(flyers, pill(value, ...at.x, "forward", true), [at.x, own(layout.y, spotlight)], 900, token);
  } else if (next === STOPS.remember) {
    const [where, to] = [placeOf(routed, goal), own(layout.saved, spotlight)];
    await fly(flyers, pill(where, ...at.x, "saved", true), [at.x, to], 1000, token);
  } else if (next === STOPS.back && routed.settings.kind === "max") {
    show({ stop: STOPS.remember, lit: [spotlight], hasIncoming: true });
    await pause(500, token);
    await send(spotlight, 1300);
  } else if (next === STOPS.second && second) {
    show({ stop: STOPS.losers, lit: [second] });
    await send(second, 1300);
  }
  if (!token.cancelled)
    show({ stop: next, lit: next === STOPS.second && second ? [second, spotlight] : [spotlight], scanned: 0 });
}

/**
 * The window slides over the map; what it leaves behind appears in Y.
 * @param {View} view
 * @param {Routed} routed
 * @param {{spotlight: PoolWindow, second: PoolWindow|null}} tale
 * @param {(changes: Partial<Frame>) => void} show
 * @param {{cancelled: boolean}} token
 */
async function scan(view, routed, tale, show, token) {
  const { windows } = view.layout;
  const step = Math.max(1, Math.ceil(windows.length / 12));
  for (let i = 0; i < windows.length && !token.cancelled; i += step) {
    show({ stop: STOPS.look, lit: [windows[i]], scanned: windows[i].index + 1 });
    await pause(1300 / Math.ceil(windows.length / step), token);
  }
}
