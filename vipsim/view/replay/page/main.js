// Where the page begins: it unpacks its document and shows it; elsewhere, mount() does.
import { createApp } from "./core/app.js";
import { unpackDocument } from "./core/unpack.js";
import { MS, SECOND } from "./core/words.js";
import { h, fill } from "./drawing/dom.js";
import { createPage } from "./shell/page.js";
import { LOOK_NAMES } from "./shell/themes.js";

/** Show a document in any element, at a time (ns) and with looks ("projector"); returns how to take it down. */
export function mount(element, doc, { at = null, looks = [] } = {}) {
  element.classList.add("vipsim-replay");
  const app = createApp(element, doc);
  fill(element, createPage(app).element);
  for (const look of looks) app.setLook(look, true);
  if (at !== null) app.seek(at);
  return () => {
    app.destroy();
    element.replaceChildren();
    element.classList.remove("vipsim-replay");
    for (const name of LOOK_NAMES) delete element.dataset[name];
  };
}

/** What helps when a browser lacks something. */
const NEWER = "please open the page in a browser of 2023 or later";

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
    tell(`This browser is too old to unpack the run in this page (it lacks DecompressionStream): ${NEWER}.`);
    return;
  }
  let doc;
  try {
    doc = unpackDocument(await readDocument(document.getElementById("vipsim-data").textContent));
  } catch (error) {
    tell(`The run in this page cannot be read (${error.message}): the file is damaged; write it again.`);
    return;
  }
  try {
    mount(element, doc, readAddress(location.hash));
  } catch (error) {
    tell(`The run in this page cannot be shown (${error.message}): the file is damaged; write it again.`);
    return;
  }
  element.focus({ preventScroll: true });
}

/** What the address asks for after its #, such as #t=8.1s&projector&dark. */
function readAddress(hash) {
  const words = hash.replace(/^#/, "").split("&");
  const time = words.map((word) => /^t=([0-9]*\.?[0-9]+)(ms|s)?$/.exec(word)).find((match) => match !== null);
  const at = time === undefined ? null : Number(time[1]) * (time[2] === "ms" ? MS : SECOND);
  return { at, looks: words };
}

if (typeof document !== "undefined") {
  const element = document.getElementById("vipsim-replay");
  if (element !== null) startPage(element);
}
