// Where the tiles go: whole pictures in rows that fill the width, or squares in columns. All is
// known before a picture has loaded, so no tile moves when it does.

export const GAP = 4;
const HIGHEST = 260; // of a row, in pixels
const UNEVEN = 330; // of one among several, which has the fewest photos or the narrowest
const WANTED = 190; // of a row where there is no end of rows
const LOWEST = 120; // of a row of a page; on a phone more, so that two or three stand beside another
const NARROW = 520;
const NARROWEST = 0.45; // width over height; stranger pictures are letterboxed
const WIDEST = 3;

/** @typedef {{ row: number, left: number, width: number, height: number }} Box */
/** @typedef {{ width: number, room: number, endless: boolean }} Place pixels; room is a page's height */

/**
 * Place whole pictures.
 * @param {number[]} aspects width over height of each
 * @param {Place} place
 * @returns {Box[]}
 */
export function placeWhole(aspects, place) {
  const inside = aspects.map((aspect) => Math.min(WIDEST, Math.max(NARROWEST, aspect)));
  return place.endless ? fillRows(inside, place.width) : evenRows(inside, place);
}

/**
 * Place squares: as many columns as let a page be seen at once; of those, the fewest empty places.
 * A page's rows all fill the width: where they cannot be alike, the first ones have one fewer.
 * @param {number} count
 * @param {Place} place
 * @returns {Box[]}
 */
export function placeSquares(count, { width, room, endless }) {
  const most = width < NARROW ? 2 : Math.max(3, Math.floor(width / (endless ? 190 : 150)));
  let columns = most;
  if (width >= NARROW && !endless) {
    const seen = numbers(3, most).filter((n) => Math.ceil(count / n) * (width / n) <= room);
    const empty = (/** @type {number} */ n) => Math.ceil(count / n) * n - count;
    columns = seen.sort((a, b) => empty(a) - empty(b) || a - b)[0] ?? most;
  }
  const rows = Math.ceil(count / columns);
  const fewer = endless ? 0 : Math.floor(count / rows);
  const split = numbers(0, rows - 1).map((row) => (
    endless ? columns : fewer + (row >= rows - (count - fewer * rows) ? 1 : 0)));
  const highest = Math.min(HIGHEST, endless ? heightOf(Array(columns).fill(1), width) : HIGHEST);
  return place(split.map((n) => Array(n).fill(1)), width, highest).slice(0, count);
}

/**
 * Find the tile above or below, where the hand expects it.
 * @param {Box[]} boxes
 * @param {number} index
 * @param {1 | -1} step
 */
export function neighbour(boxes, index, step) {
  const here = boxes[index];
  if (!here) return index;
  const middle = (/** @type {Box} */ box) => box.left + box.width / 2;
  let best = index;
  let nearest = Infinity;
  boxes.forEach((box, at) => {
    const away = Math.abs(middle(box) - middle(here));
    if (box.row === here.row + step && away < nearest) {
      best = at;
      nearest = away;
    }
  });
  return best;
}

/**
 * Rows of nearly one height that end together, as many as let the page be seen at once.
 * @param {number[]} aspects
 * @param {Place} place
 */
function evenRows(aspects, { width, room }) {
  const all = sum(aspects);
  const lowest = width < NARROW ? 150 : LOWEST;
  const needed = Math.sqrt((room * all) / width);
  // Few photos in fewer rows: those that may not grow to the width would leave a gap behind them.
  const most = Math.floor((HIGHEST * all) / width);
  const rows = Math.max(1, Math.ceil((lowest * all) / width), Math.min(most, Math.floor(needed)));
  /** @type {number[][]} */
  const split = [];
  let before = 0;
  for (const aspect of aspects) {
    const row = Math.min(rows - 1, Math.floor(((before + aspect / 2) / all) * rows));
    (split[row] ??= []).push(aspect);
    before += aspect;
  }
  return place(split.filter(Boolean), width, rows > 1 ? UNEVEN : HIGHEST);
}

/**
 * Row after row from the top, so that more photos leave the rows above as they are.
 * @param {number[]} aspects
 * @param {number} width
 */
function fillRows(aspects, width) {
  /** @type {number[][]} */
  const split = [[]];
  for (const aspect of aspects) {
    const row = split[split.length - 1] ?? [];
    if (row.length && heightOf(row, width) <= WANTED) split.push([aspect]);
    else row.push(aspect);
  }
  const last = split[split.length - 1] ?? [];
  const boxes = place(split.slice(0, -1), width, HIGHEST);
  const end = place([last], width, WANTED * 1.15);
  return [...boxes, ...end.map((box) => ({ ...box, row: split.length - 1 }))];
}

/**
 * @param {number[][]} split the aspects of each row
 * @param {number} width
 * @param {number} highest a row that would be higher does not fill the width
 * @returns {Box[]}
 */
function place(split, width, highest) {
  return split.flatMap((aspects, row) => {
    const height = Math.min(highest, heightOf(aspects, width));
    let left = 0;
    return aspects.map((aspect) => {
      const box = { row, left, width: aspect * height, height };
      left += box.width + GAP;
      return box;
    });
  });
}

/**
 * @param {number[]} aspects
 * @param {number} width
 */
function heightOf(aspects, width) { return (width - GAP * (aspects.length - 1)) / sum(aspects); }

/** @param {number[]} values */
function sum(values) { return values.reduce((total, value) => total + value, 0); }

/**
 * @param {number} first
 * @param {number} last
 */
function numbers(first, last) {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
}
