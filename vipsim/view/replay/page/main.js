// Where the page begins: it unpacks its document and shows it; elsewhere, mount() does.
import { createApp } from "./app.js";
import { h, fill } from "./dom.js";
import { createPage } from "./page.js";
import { unpackDocument } from "./unpack.js";
import { SECOND } from "./words.js";

/** Show a document inside any element; returns the way to take it down. */
export function mount(element, doc) {
  element.classList.add("vipsim-replay");
  const app = createApp(element, doc);
  fill(element, createPage(app).element);
  return () => {
    app.destroy();
    element.replaceChildren();
    element.classList.remove("vipsim-replay");
  };
}

/** Read the document that the page carries: JSON, packed by gzip, written in base64. */
async function readDocument(text) {
  const packed = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

/** Start the page itself; whatever goes wrong is told in a sentence. */
async function startPage(element) {
  const tell = (text) => fill(element, h("p", { class: "v-plain", role: "alert" }, text));
  if (typeof DecompressionStream === "undefined") {
    tell("This browser is too old to unpack the run in this page (it lacks DecompressionStream): please open it in a browser of 2023 or later.");
    return;
  }
  let doc;
  try {
    doc = unpackDocument(await readDocument(document.getElementById("vipsim-data").textContent));
  } catch (error) {
    tell(`The run in this page cannot be read (${error.message}): the file is damaged or cut short; write it again.`);
    return;
  }
  mount(element, doc);
  openAt(element, location.hash);
  element.focus({ preventScroll: true });
}

/** Open at what the address asks for, such as #t=8.1s. */
function openAt(element, hash) {
  const match = /(?:^#|[&,])t=([0-9.]+)(ms|s)?/.exec(hash);
  if (match === null) return;
  const unit = match[2] === "ms" ? SECOND / 1000 : SECOND;
  element.dispatchEvent(new CustomEvent("vipsim-seek", { detail: Number(match[1]) * unit }));
}

if (typeof document !== "undefined") {
  const element = document.getElementById("vipsim-replay");
  if (element !== null) startPage(element);
}
