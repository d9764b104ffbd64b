// How many columns a page has.

/**
 * As many columns as let the whole page be seen at once, tiles never under 150 px.
 * @param {number} width of the list, in pixels
 * @param {number} count
 * @param {boolean} endless whether more photos can follow
 */
export function columnsFor(width, count, endless) {
  let columns = width < 520 ? 2 : Math.min(5, Math.max(3, Math.floor(width / 180)));
  if (width >= 520 && !endless) {
    const room = window.innerHeight * 0.9;
    const most = Math.max(columns, Math.floor(width / 150));
    while (columns < most && Math.ceil(count / columns) * (width / columns) > room) columns += 1;
  } else if (width >= 520) columns = Math.max(columns, Math.floor(width / 190));
  return columns;
}
