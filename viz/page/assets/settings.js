// The row of controls over a pool: which map, and its kind, window, stride, padding and ties to try.

/**
 * @typedef {Object} PoolData what the page was given of a pooling
 * @property {string} op
 * @property {"max"|"average"|"sum"} kind
 * @property {"first"|"last"|"split"} ties
 * @property {number[]} window
 * @property {number[]} stride
 * @property {number[][]} padding
 * @property {number[]} dilation
 * @property {boolean} counts_padding
 * @property {boolean} one_axis
 * @property {number} samples
 * @property {number} channels
 * @property {string} dtype
 * @property {boolean} after_relu
 * @property {boolean} has_dy
 * @property {PlaneData[]} planes
 */
/**
 * One map of a pooling, or the part of it that the page was given.
 * @typedef {Object} PlaneData
 * @property {number} sample
 * @property {number} channel
 * @property {(number|string)[][]} x
 * @property {(number|string)[][]|null} dy
 * @property {number} top where the part starts in the map
 * @property {number} left
 * @property {number[]} whole the map's rows and columns
 * @property {number[]} before padding before the part
 * @property {number[]} grid how many windows
 */

/** The lecture's map, for pools whose windows never overlap. */
const LECTURE = [
  [0, 1, 0, 4, 5],
  [2, 3, 2, 1, 3],
  [4, 4, 0, 4, 3],
  [2, 5, 2, 6, 4],
  [1, 0, 0, 5, 7],
];

/**
 * The settings as recorded, for one plane.
 * @param {PoolData} pool
 * @param {PlaneData} plane
 * @returns {Settings}
 */
function recordedSettings(pool, plane) {
  const padding = pool.padding.map(([, after], axis) => [plane.before[axis], after]);
  return {
    kind: pool.kind,
    ties: pool.ties,
    window: pool.window,
    stride: pool.stride,
    padding,
    dilation: pool.dilation,
    countsPadding: pool.counts_padding,
    grid: plane.grid,
    origin: [plane.top, plane.left],
  };
}

/** @returns {Settings} */
function lectureSettings() {
  const padding = [
    [0, 0],
    [0, 0],
  ];
  return { kind: "max", ties: "first", window: [3, 3], stride: [1, 1], padding, dilation: [1, 1], countsPadding: true };
}

/**
 * Settings as short text for the address, and back.
 * @param {Settings} settings
 */
function settingsKey(settings) {
  const { kind, window, stride, padding, ties } = settings;
  return [kind, window.join("x"), stride.join("x"), `${padding[0][0]}x${padding[1][0]}`, ties].join(".");
}

/**
 * @param {string} key
 * @param {Settings} start
 * @returns {Settings|null}
 */
function settingsFrom(key, start) {
  const parts = key.match(/^(max|average|sum)\.(\d+)x(\d+)\.(\d+)x(\d+)\.(\d+)x(\d+)\.(first|last|split)$/);
  if (!parts) return null;
  const [f0, f1, s0, s1, p0, p1] = parts.slice(2, 8).map(Number);
  if (Math.min(f0, f1, s0, s1) < 1) return null;
  const padding = [
    [p0, p0],
    [p1, p1],
  ];
  const [kind, ties] = [/** @type {Settings["kind"]} */ (parts[1]), /** @type {Settings["ties"]} */ (parts[8])];
  return { ...start, kind, ties, window: [f0, f1], stride: [s0, s1], padding, grid: undefined };
}

/**
 * Whether a cell can lie in two windows.
 * @param {Settings} settings
 */
function overlaps(settings) {
  return settings.window.some((taps, axis) => (taps - 1) * settings.dilation[axis] >= settings.stride[axis]);
}

/**
 * @param {Object} now
 * @param {PoolData} now.pool
 * @param {string} now.plane
 * @param {Settings} now.settings
 * @param {boolean} now.isChanged
 * @param {{plane: (plane: string) => void, settings: (settings: Settings) => void, reset: () => void, predict: () => void}} actions
 */
function settingsRow(now, actions) {
  const { settings } = now;
  const isFlat = now.pool.one_axis && now.plane !== "lecture";
  const along = (/** @type {number[]} */ sizes) =>
    isFlat ? String(sizes[1]) : sizes[0] === sizes[1] ? String(sizes[0]) : sizes.join("×");
  const sizes = (/** @type {number} */ least, /** @type {number} */ most, /** @type {string} */ own) => {
    const options = Array.from({ length: most - least + 1 }, (_, i) => String(least + i));
    if (!options.includes(own)) options.push(own);
    return /** @type {[string, string][]} */ (options.map((value) => [value, value]));
  };
  const change = (/** @type {Partial<Settings>} */ changes) =>
    actions.settings({ ...settings, grid: undefined, ...changes });
  const both = (/** @type {string} */ text) => {
    const parts = text.split("×").map(Number);
    return parts.length === 2 ? parts : [isFlat ? 1 : parts[0], parts[0]];
  };
  const padding = settings.padding.map(([before]) => before);
  const padBoth = (/** @type {string} */ text) =>
    both(text).map((size, axis) => (isFlat && axis === 0 ? [0, 0] : [size, size]));
  const kinds = /** @type {[string, string][]} */ ([
    ["max", "max"],
    ["average", "average"],
    ["sum", "sum"],
  ]);
  const ties = /** @type {[string, string][]} */ ([
    ["first", "first"],
    ["last", "last"],
    ["split", "split"],
  ]);
  return html(
    "div",
    { class: "settings", role: "group", "aria-label": "try other settings" },
    choice("map", planeOptions(now.pool), now.plane, actions.plane),
    choice("keep", kinds, settings.kind, (kind) => change({ kind: /** @type {Settings["kind"]} */ (kind) })),
    choice("window", sizes(1, 5, along(settings.window)), along(settings.window), (text) =>
      change({ window: both(text) }),
    ),
    choice("stride", sizes(1, 4, along(settings.stride)), along(settings.stride), (text) =>
      change({ stride: both(text) }),
    ),
    choice("padding", sizes(0, 2, along(padding)), along(padding), (text) => change({ padding: padBoth(text) })),
    ...(settings.kind === "max"
      ? [choice("ties", ties, settings.ties, (text) => change({ ties: /** @type {Settings["ties"]} */ (text) }))]
      : []),
    ...(overlaps(settings)
      ? []
      : [button("let windows overlap", { class: "quiet" }, () => change({ stride: [1, 1] }))]),
    button("as recorded", { class: "quiet", disabled: !now.isChanged }, actions.reset),
    ...(settings.kind === "max"
      ? [button("predict", { class: "quiet", "aria-label": "predict: hide dX and guess" }, actions.predict)]
      : []),
  );
}

/**
 * @param {PoolData} pool
 * @returns {[string, string][]}
 */
function planeOptions(pool) {
  const recorded = pool.planes.map(
    (plane, index) => /** @type {[string, string]} */ ([String(index), `sample ${plane.sample}, map ${plane.channel}`]),
  );
  return [...recorded, ["lecture", "the lecture’s 5 × 5"]];
}
