/**
 * A list of any length with only the visible rows in the document. Rows have one fixed height, so a row's place is
 * arithmetic and nothing is measured while scrolling.
 *
 * @param scroller the element that scrolls; @param canvas its child that is as high as all rows
 * @param face `{count: () => n, height: () => px, row: (index) => element, update: (element, index) => void, key: (index) => string, nearEnd: () => void}`
 */
export function virtualRows(scroller, canvas, face) {
  const overscan = 8;
  const live = new Map(); // key → {element, index}
  let scheduled = 0;

  function layout() {
    scheduled = 0;
    const height = face.height(), count = face.count();
    canvas.style.height = `${count * height}px`;
    const first = Math.max(0, Math.floor(scroller.scrollTop / height) - overscan);
    const last = Math.min(count, Math.ceil((scroller.scrollTop + scroller.clientHeight) / height) + overscan);
    const wanted = new Map();
    for (let index = first; index < last; index++) wanted.set(face.key(index), index);
    for (const [key, { element }] of live) {
      if (!wanted.has(key)) { element.remove(); live.delete(key); }
    }
    for (const [key, index] of wanted) {
      let entry = live.get(key);
      if (!entry) {
        entry = { element: face.row(index) };
        live.set(key, entry);
        canvas.append(entry.element);
      }
      face.update(entry.element, index);
      entry.element.style.transform = `translateY(${index * height}px)`;
    }
    if (last >= count - overscan) face.nearEnd();
  }
  const refresh = () => { scheduled ||= requestAnimationFrame(layout); };
  scroller.addEventListener("scroll", refresh, { passive: true });
  const observer = new ResizeObserver(refresh);
  observer.observe(scroller);

  return {
    refresh, layout,
    /** Index of the row under a client y coordinate. */
    indexAt: (y) => Math.floor((y - scroller.getBoundingClientRect().top + scroller.scrollTop - canvas.offsetTop) / face.height()),
    firstVisible: () => Math.floor(scroller.scrollTop / face.height()),
    perPage: () => Math.max(1, Math.floor((scroller.clientHeight - canvas.offsetTop) / face.height()) - 1),
    reveal(index) {
      const height = face.height(), top = index * height;
      const room = scroller.clientHeight - canvas.offsetTop; // the heading sticks above the rows
      if (top < scroller.scrollTop) scroller.scrollTop = top;
      else if (top + height > scroller.scrollTop + room) scroller.scrollTop = top + height - room;
      layout();
    },
    close() { observer.disconnect(); cancelAnimationFrame(scheduled); },
  };
}
