// Bins of a time line: as wide as clocks and calendars divide, chosen anew at every zoom. Pure.

/** Minutes of a bin; pipeline/page/scale.py has the same. */
export const WIDTHS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080, 20160, 43200];

/** Return the least width (minutes) with which so many minutes take at most so many bins. */
export function width(minutes, most) {
  return WIDTHS.find((each) => minutes <= each * most) ?? Math.ceil(minutes / most);
}

/** Return rows of (minute, members, joiners, others) summed in bins; bins without a post are left out. */
export function gather(rows, each) {
  const found = [];
  let last = null;
  for (const [minute, members, joiners, others] of rows) {
    const at = Math.floor(minute / each) * each;
    if (last === null || last[0] !== at) {
      last = [at, 0, 0, 0];
      found.push(last);
    }
    last[1] += members;
    last[2] += joiners;
    last[3] += others;
  }
  return found;
}

/** Return the rows of labels that begin at ascending places (px), so that none covers another; -1 where there is no room. */
export function stack(begins, lengths, rows) {
  const free = new Array(rows).fill(-Infinity);
  return begins.map((at, n) => {
    const row = free.findIndex((end) => end < at);
    if (row >= 0) free[row] = at + lengths[n] + 8;
    return row;
  });
}
