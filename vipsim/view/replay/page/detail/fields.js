// The fields of a frame as a tree: a branch for each protocol, a leaf for each field. One item can be focused.
import { fill, h } from "../drawing/dom.js";

/**
 * A tree that tells which item is pointed at, by pointer or focus, and marks those it is told to.
 * `on` is {point(item, isFocus), leave(), enter(item)}; an item is a part or a field, with octets [from, to).
 */
export function createFields(on) {
  const element = h("div", { class: "v-fields", role: "tree", "aria-label": "Fields" });
  const tree = { element, items: [], current: 0, closed: new Set() };
  const indexOf = (event) => tree.items.findIndex((item) => item.row === event.target.closest?.("[role=treeitem]"));
  const tell = (event, isFocus) => {
    const index = indexOf(event);
    if (index < 0) return;
    if (isFocus) setCurrentField(tree, index);
    on.point(tree.items[index].what, isFocus);
  };
  // Not pointerover: when the keys scroll, fields would slip under a resting pointer and be pointed at.
  element.addEventListener("pointermove", (event) => tell(event, false));
  element.addEventListener("pointerleave", () => on.leave());
  element.addEventListener("focusin", (event) => tell(event, true));
  element.addEventListener("click", (event) => {
    const index = indexOf(event);
    if (index < 0) return;
    if (event.target.closest(".v-fields-twist")) turnBranch(tree, index);
    tree.items[index].row.focus();
  });
  element.addEventListener("keydown", (event) => walkFields(tree, event, on));
  return {
    element,
    /** Show parts: [{title, from, to, fields: [{name, text, remark, from, to}]}]. */
    show(parts) {
      tree.items = [];
      tree.current = 0;
      fill(element, parts.map((part) => fieldBranch(tree, part)));
      tree.items[0]?.row.setAttribute("tabindex", "0");
    },
    /** Mark the leaf of this field (or the branch of this part), and only it; null: none. */
    mark(what) {
      for (const item of tree.items) item.row.classList.toggle("v-is-marked", item.what === what);
    },
    /** Scroll the leaf of this field into sight. */
    reveal(what) {
      tree.items.find((item) => item.what === what)?.row.scrollIntoView({ block: "nearest" });
    },
    /** Move the focus to the leaf of this field. */
    focus(what) {
      const index = tree.items.findIndex((item) => item.what === what);
      if (index < 0) return;
      const { parent } = tree.items[index];
      if (parent !== null && isClosedBranch(tree, parent)) turnBranch(tree, parent);
      tree.items[index].row.focus();
    },
  };
}

function fieldBranch(tree, part) {
  const place = tree.items.length;
  const isOpen = !tree.closed.has(part.key);
  const leaves = h("div", { class: "v-fields-leaves", role: "group" });
  const row = h(
    "div",
    { class: "v-fields-branch", role: "treeitem", tabindex: "-1", "aria-expanded": String(isOpen) },
    h("span", { class: "v-fields-title" }, h("span", { class: "v-fields-twist", "aria-hidden": "true" }), part.title),
    leaves,
  );
  leaves.hidden = !isOpen;
  tree.items.push({ row, what: part, parent: null, leaves });
  for (const field of part.fields) {
    const leaf = h(
      "div",
      { class: "v-fields-leaf", role: "treeitem", tabindex: "-1" },
      h("span", { class: "v-fields-name" }, `${field.name} `),
      h("span", null, h("span", { class: "v-fields-value" }, field.text), field.remark ? ` ${field.remark}` : null),
    );
    tree.items.push({ row: leaf, what: field, parent: place, leaves: null });
    leaves.append(leaf);
  }
  return row;
}

function isClosedBranch(tree, index) {
  return tree.items[index].leaves?.hidden ?? false;
}

/** Open a closed branch, close an open one; the next frame keeps it so. */
function turnBranch(tree, index) {
  const { leaves, row, what } = tree.items[index];
  if (leaves === null) return;
  leaves.hidden = !leaves.hidden;
  row.setAttribute("aria-expanded", String(!leaves.hidden));
  if (leaves.hidden) tree.closed.add(what.key);
  else tree.closed.delete(what.key);
}

/** Only one item is in the order of Tab: the last that had the focus. */
function setCurrentField(tree, index) {
  tree.items[tree.current]?.row.setAttribute("tabindex", "-1");
  tree.items[index].row.setAttribute("tabindex", "0");
  tree.current = index;
}

function walkFields(tree, event, on) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const shown = tree.items.map((_, index) => index).filter((index) => !isHiddenLeaf(tree, index));
  const place = shown.indexOf(tree.current);
  const item = tree.items[tree.current];
  const go = (index) => tree.items[index]?.row.focus();
  const acts = {
    ArrowDown: () => go(shown[place + 1]),
    ArrowUp: () => go(shown[place - 1]),
    Home: () => go(shown[0]),
    End: () => go(shown.at(-1)),
    ArrowRight: () => (isClosedBranch(tree, tree.current) ? turnBranch(tree, tree.current) : go(shown[place + 1])),
    ArrowLeft: () => (item.parent !== null ? go(item.parent) : isClosedBranch(tree, tree.current) || turnBranch(tree, tree.current)),
    Enter: () => on.enter(item.what),
  };
  const act = acts[event.key];
  if (!item || !act) return;
  event.preventDefault();
  event.stopPropagation(); // these keys would move the clock
  act();
}

function isHiddenLeaf(tree, index) {
  const { parent } = tree.items[index];
  return parent !== null && isClosedBranch(tree, parent);
}
