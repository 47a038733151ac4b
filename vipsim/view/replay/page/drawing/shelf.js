// Room for labels: what finds none is dropped, so that no two ever overlap.

const SHELF_ROW = 16; // px: labels are looked for in rows of this height

/** Taken rectangles; `put(x, y, w, h)` takes one if it is free and says whether it did. */
export function createShelf() {
  const rows = new Map();
  const rowsOf = (y, height) => {
    const found = [];
    for (let row = Math.floor(y / SHELF_ROW); row <= Math.floor((y + height) / SHELF_ROW); row += 1) found.push(row);
    return found;
  };
  const isFree = (x, y, w, h) => rowsOf(y, h).every((row) =>
    !(rows.get(row) ?? []).some((one) => x < one.x + one.w && one.x < x + w && y < one.y + one.h && one.y < y + h));
  const take = (x, y, w, h) => {
    for (const row of rowsOf(y, h)) {
      if (!rows.has(row)) rows.set(row, []);
      rows.get(row).push({ x, y, w, h });
    }
  };
  return {
    take,
    put(x, y, w, h) {
      const free = isFree(x, y, w, h);
      if (free) take(x, y, w, h);
      return free;
    },
  };
}
