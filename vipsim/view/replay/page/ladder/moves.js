// The ladder under the hand: the wheel and dragging move the clock, the wheel with Ctrl zooms.

const KEY_SHARE = 0.05; // of the window that the keys Up and Down go

/** Listen on the picture of a ladder (see createLadder for its scene). */
export function listenToLadder(scene) {
  const { app, board, view } = scene;
  const perPx = () => view.span / Math.max(1, scene.height - scene.top);
  let grip = null;

  const leave = () => {
    app.pause();
    app.select(null);
  };
  board.addEventListener("wheel", (event) => {
    event.preventDefault();
    if (event.ctrlKey || event.shiftKey || event.metaKey) {
      app.zoomLadderBy((event.deltaY || event.deltaX) > 0 ? 1 : -1);
      return;
    }
    leave();
    app.seek(app.now + event.deltaY * (event.deltaMode === 1 ? 16 : 1) * perPx());
  }, { passive: false });
  const steps = { ArrowUp: -1, ArrowDown: 1 };
  board.addEventListener("keydown", (event) => {
    if (!(event.key in steps) || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    leave();
    app.seek(app.now + steps[event.key] * view.span * KEY_SHARE);
  });
  board.addEventListener("pointerdown", (event) => {
    if (event.button === 0) grip = { y: event.clientY, now: app.now, moved: false, id: event.pointerId };
  });
  board.addEventListener("pointermove", (event) => {
    if (grip === null || (!grip.moved && Math.abs(event.clientY - grip.y) < 4)) return;
    if (!grip.moved) {
      grip.moved = true;
      board.setPointerCapture(grip.id);
      leave();
    }
    app.seek(grip.now - (event.clientY - grip.y) * perPx());
  });
  board.addEventListener("pointerup", () => {
    grip = null;
  });
  board.addEventListener("pointercancel", () => {
    grip = null;
  });
}
