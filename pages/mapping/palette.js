// Colours of points, packed as a picture's pixels have them, for light and dark pages.

const OTHERS = 254;
const UNKNOWN = 255;
/** @typedef {[number, number, number]} Rgb */

/** @type {{ [theme: string]: Rgb[] }} from nothing to everything: pale to strong on each ground */
const SCALES = {
  light: [[206, 212, 220], [120, 178, 211], [33, 110, 178], [84, 24, 122]],
  dark: [[72, 80, 92], [52, 116, 158], [96, 192, 186], [250, 226, 96]],
};
/** @type {{ [theme: string]: Rgb[] }} */
const ANSWERS = { light: [[26, 127, 75], [179, 38, 30]], dark: [[72, 190, 128], [240, 104, 92]] };
/** @type {{ [theme: string]: { others: Rgb, unknown: Rgb, hit: Rgb } }} */
const QUIET = {
  light: { others: [140, 146, 156], unknown: [206, 209, 214], hit: [20, 80, 220] },
  dark: { others: [128, 134, 144], unknown: [74, 79, 88], hit: [122, 170, 255] },
};

/** @param {Rgb} colour */
export function packColour([red, green, blue]) {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** @param {Rgb} colour */
export function writeColour(colour) { return `rgb(${colour.map(Math.round).join(" ")})`; }

/**
 * Read what the browser says of an element's colour.
 * @param {string} text
 * @returns {Rgb | null} null where it is transparent
 */
export function readColour(text) {
  const numbers = text.match(/[\d.]+/g)?.map(Number) ?? [];
  const [red = 255, green = 255, blue = 255, alpha = 1] = numbers;
  return alpha ? [red, green, blue] : null;
}

/** @param {Rgb} colour */
export function isDark([red, green, blue]) { return 0.3 * red + 0.59 * green + 0.11 * blue < 128; }

/**
 * The colours of one legend, for every byte that a point may have.
 * @param {import("./contract").MapLegend} legend
 * @param {boolean} dark
 * @param {boolean} answers
 * @returns {Rgb[]} 256 of them
 */
export function coloursFor(legend, dark, answers) {
  const theme = dark ? "dark" : "light";
  const quiet = /** @type {{ others: Rgb, unknown: Rgb }} */ (QUIET[theme]);
  const colours = Array.from({ length: 256 }, (_, at) => {
    if (at === UNKNOWN) return quiet.unknown;
    if (legend.kind === "scale") return between(SCALES[theme] ?? [], at / OTHERS);
    if (at === OTHERS) return quiet.others;
    return (answers && ANSWERS[theme]?.[at]) || kindColour(at, dark);
  });
  return colours;
}

/** @param {boolean} dark */
export function hitColour(dark) { return /** @type {{ hit: Rgb }} */ (QUIET[dark ? "dark" : "light"]).hit; }

/**
 * Mix two colours.
 * @param {Rgb} a
 * @param {Rgb} b
 * @param {number} share of b
 * @returns {Rgb}
 */
export function mix(a, b, share) {
  const [red, green, blue] = a;
  /** @type {(from: number, to: number) => number} */
  const move = (from, to) => Math.round(from + (to - from) * share);
  return [move(red, b[0]), move(green, b[1]), move(blue, b[2])];
}

/**
 * @param {Rgb[]} stops
 * @param {number} share
 * @returns {Rgb}
 */
function between(stops, share) {
  const at = Math.min(stops.length - 2, Math.floor(share * (stops.length - 1)));
  const [a, b] = [stops[at], stops[at + 1]];
  return a && b ? mix(a, b, share * (stops.length - 1) - at) : [0, 0, 0];
}

/**
 * Kinds go round the circle of hues by the golden angle, so that those next to each other differ.
 * @param {number} at
 * @param {boolean} dark
 * @returns {Rgb}
 */
function kindColour(at, dark) {
  const hue = (at * 137.508 + 210) % 360;
  const light = (dark ? 0.64 : 0.46) + ([0, 0.09, -0.08][at % 3] ?? 0);
  const reach = 0.62 * Math.min(light, 1 - light);
  /** @param {number} offset */
  const part = (offset) => {
    const k = (offset + hue / 30) % 12;
    return Math.round(255 * (light - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [part(0), part(8), part(4)];
}
