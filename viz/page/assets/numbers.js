// Numbers as readers see them, and the colour class of a gradient. Nothing here touches the document.

/**
 * How the numbers of one panel are written: divided by ten to the `power`, with `decimals` after the point.
 * Where that wrote all of them exactly, a number that a reader changes gets the decimals that it needs.
 * @typedef {{power: number, decimals: number, isExact?: boolean}} Scale
 */

const MINUS = "\u2212";
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/**
 * A number of the data block: JSON has no NaN and no infinities, so they come as words.
 * @param {number|string|null} value
 * @returns {number}
 */
function toNumber(value) {
  if (typeof value === "number") return value;
  if (value === "inf") return Infinity;
  return value === "-inf" ? -Infinity : NaN;
}

/**
 * @param {(number|string)[][]} rows
 * @returns {number[][]}
 */
function toNumbers(rows) {
  return rows.map((row) => row.map(toNumber));
}

/**
 * The largest absolute value that is finite; 0 if there is none.
 * @param {number[]} values
 */
function largestOf(values) {
  let largest = 0;
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return largest;
}

/**
 * One power of ten for a panel, and as many decimals as its numbers need, at most `most`.
 * @param {number[]} values
 * @param {number} [most]
 * @returns {Scale}
 */
function scaleOf(values, most = 2) {
  const largest = largestOf(values);
  if (largest === 0) return { power: 0, decimals: 0 };
  const order = Math.floor(Math.log10(largest));
  const power = largest < 0.095 || largest >= 9999.5 ? order : 0;
  const factor = 10 ** power;
  for (let decimals = 0; decimals < most; decimals += 1) {
    const step = 10 ** -decimals;
    const isExact = values.every((value) => {
      const scaled = value / factor;
      return (
        !Number.isFinite(scaled) || Math.abs(scaled - Math.round(scaled / step) * step) < 1e-5 * (largest / factor)
      );
    });
    if (isExact) return { power, decimals, isExact };
  }
  const digits = Math.max(0, 1 - (order - power));
  return { power, decimals: Math.min(most, Math.max(digits, order - power >= 2 ? 0 : 1)) };
}

/**
 * @param {number} value
 * @param {Scale} scale
 * @returns {string}
 */
function shown(value, scale) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : `${MINUS}∞`;
  const scaled = value / 10 ** scale.power;
  const isCut = scale.isExact && Math.abs(scaled - Number(scaled.toFixed(scale.decimals))) > 1e-5;
  const text = isCut ? String(Number(scaled.toFixed(scale.decimals + 2))) : scaled.toFixed(scale.decimals);
  // A gradient too small for the scale is no zero, and must not look like one.
  if (value !== 0 && Number(text) === 0) return "≈0";
  const short = scale.decimals > 0 && Number(text) === 0 ? "0" : text;
  return short.replace("-", MINUS);
}

/**
 * The sign between printed terms and their printed total: "=" where what is printed adds up.
 * @param {number[]} terms
 * @param {number} total
 * @param {Scale} scale
 * @returns {"="|"≈"}
 */
function sumSign(terms, total, scale) {
  if (!Number.isFinite(total)) return "=";
  const texts = [...terms, total].map((value) => shown(value, scale));
  if (texts.some((text) => text.startsWith("≈"))) return "≈";
  const printed = texts.map((text) => Number(text.replace(MINUS, "-")));
  const sum = printed.slice(0, -1).reduce((before, term) => before + term, 0);
  return Math.abs(sum - printed[printed.length - 1]) < 1e-6 * Math.max(1, Math.abs(sum)) ? "=" : "≈";
}

/**
 * "0.4 + 0.7", "0.4 − 0.7": printed terms with the signs of a sum between them.
 * @param {string[]} texts
 * @param {string} [gap]
 */
function joinTerms(texts, gap = " ") {
  return texts.reduce((before, text) =>
    text.startsWith(MINUS) ? `${before}${gap}${MINUS}${gap}${text.slice(1)}` : `${before}${gap}+${gap}${text}`,
  );
}

/**
 * A number on its own, with `digits` significant digits.
 * @param {number} value
 * @param {number} [digits]
 */
function plainNumber(value, digits = 4) {
  if (!Number.isFinite(value)) return shown(value, { power: 0, decimals: 0 });
  const size = Math.abs(value);
  const text =
    size !== 0 && (size < 1e-4 || size >= 1e7)
      ? value.toExponential(digits - 1).replace(/\.?0+e/, "e")
      : String(Number(value.toPrecision(digits)));
  return text.replaceAll("-", MINUS);
}

/**
 * "× 10⁻³" for a scale's title; nothing for power 0.
 * @param {Scale} scale
 */
function powerText(scale) {
  if (scale.power === 0) return "";
  const digits = [...String(Math.abs(scale.power))].map((digit) => SUPERSCRIPTS[Number(digit)]).join("");
  return `× 10${scale.power < 0 ? "⁻" : ""}${digits}`;
}

/**
 * The fill of a gradient: three classes on each side of zero.
 * @param {number} value
 * @param {number} largest
 * @returns {string}
 */
function gradientRole(value, largest) {
  if (value === 0 || Number.isNaN(value) || largest === 0) return "zero";
  const share = Number.isFinite(value) ? Math.abs(value) / largest : 1;
  const level = share <= 1 / 3 ? 1 : share <= 2 / 3 ? 2 : 3;
  return `${value > 0 ? "positive" : "negative"}${level}`;
}

/**
 * @param {number} count
 * @param {string} word
 */
function counted(count, word) {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
