// @ts-check
// The Markdown editor: toolbar, keys, live preview (rendered by the server), images by button, paste or drop.
import { announce, relativeTimes } from "../site.js";
import { complete } from "./complete.js";
import { debounce, send } from "./send.js";

/** What a tool puts before and after what is chosen, and its key with Ctrl. @type {Record<string, [string, string, string?]>} */
const TOOLS = { bold: ["**", "**", "b"], italic: ["*", "*", "i"], code: ["`", "`", "e"], link: ["[", "](https://)", "k"], list: ["- ", ""], quote: ["> ", ""] };

/** @param {HTMLElement} box */
export function bind(box) {
  const area = box.querySelector("textarea");
  if (!area) return;
  for (const node of box.parentElement?.querySelectorAll("[data-tools]") ?? []) node.removeAttribute("hidden");
  box.querySelector("[data-tools]")?.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-tool]") : null;
    const tool = button instanceof HTMLElement && TOOLS[button.dataset.tool ?? ""];
    if (tool) format(area, tool[0], tool[1]);
  });
  const bar = box.querySelector("[role=toolbar]");
  if (bar) walk(bar);
  area.addEventListener("keydown", (event) => {
    const tool = (event.ctrlKey || event.metaKey) && !event.altKey && Object.values(TOOLS).find(([, , key]) => key === event.key);
    if (tool) { event.preventDefault(); format(area, tool[0], tool[1]); }
  });
  if (box.dataset.uploadUrl) takeImages(box, area, box.dataset.uploadUrl);
  for (const node of box.closest("form")?.querySelectorAll("[data-plain]") ?? []) node.setAttribute("hidden", ""); // what only helps without a script
  if (box.dataset.previewUrl) setUpPreview(box, area, box.dataset.previewUrl);
  if (box.dataset.completions) complete(box, area, insert);
}

/** A toolbar is one stop for Tab, so that the text is the next; arrows, Home and End go from tool to tool. @param {Element} bar */
function walk(bar) {
  const tools = [...bar.querySelectorAll("button")];
  /** @param {number} chosen */
  const stop = (chosen) => tools.forEach((tool, n) => { tool.tabIndex = n === chosen ? 0 : -1; });
  stop(0);
  bar.addEventListener("keydown", (event) => {
    if (!(event instanceof KeyboardEvent)) return;
    const now = tools.findIndex((tool) => tool === document.activeElement);
    const to = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    stop((to + tools.length) % tools.length);
    tools[(to + tools.length) % tools.length].focus();
  });
}

/** Put text in a way that undo (Ctrl+Z) knows. @param {HTMLTextAreaElement} area @param {string} text */
function insert(area, text) {
  area.focus();
  if (!document.execCommand("insertText", false, text)) area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

/** @param {HTMLTextAreaElement} area @param {string} before @param {string} after */
function format(area, before, after) {
  const chosen = area.value.slice(area.selectionStart, area.selectionEnd);
  if (!after) {
    const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
    const lines = area.value.slice(start, area.selectionEnd);
    area.setSelectionRange(start, area.selectionEnd);
    return insert(area, lines.split("\n").map((line) => before + line).join("\n"));
  }
  if (before === "`" && chosen.includes("\n")) return insert(area, `\`\`\`\n${chosen}\n\`\`\`\n`);
  const start = area.selectionStart;
  insert(area, before + chosen + after);
  if (after.includes("https://")) area.setSelectionRange(start + before.length + chosen.length + 2, start + before.length + chosen.length + 10);
  else area.setSelectionRange(start + before.length, start + before.length + chosen.length);
}

/** Images by button, paste or drop. @param {HTMLElement} box @param {HTMLTextAreaElement} area @param {string} url */
function takeImages(box, area, url) {
  const picker = Object.assign(document.createElement("input"), { type: "file", accept: "image/png,image/jpeg,image/gif,image/webp", hidden: true });
  /** @param {FileList | null | undefined} files */
  const take = (files) => upload(box, area, url, files);
  picker.addEventListener("change", () => { take(picker.files); picker.value = ""; });
  box.append(picker);
  box.querySelector("[data-pick-image]")?.addEventListener("click", () => picker.click());
  area.addEventListener("paste", (event) => {
    const pasted = event.clipboardData;
    if (!pasted?.files.length || ["text/plain", "text/html"].every((type) => pasted.types.includes(type))) return; // word processors add a picture of the text
    event.preventDefault();
    take(pasted.files);
  });
  for (const kind of ["dragover", "dragleave", "drop"]) area.addEventListener(kind, (event) => { box.classList.toggle("is-over", kind === "dragover" && event instanceof DragEvent && Boolean(event.dataTransfer?.types.includes("Files"))); });
  area.addEventListener("dragover", (event) => { if (event.dataTransfer?.types.includes("Files")) event.preventDefault(); });
  area.addEventListener("drop", (event) => { if (event.dataTransfer?.files.length) { event.preventDefault(); take(event.dataTransfer.files); } });
}

/** @param {HTMLElement} box @param {HTMLTextAreaElement} area @param {string} url @param {FileList | null | undefined} files */
async function upload(box, area, url, files) {
  for (const file of files ?? []) {
    const data = new FormData();
    data.set("file", file);
    announce(box.dataset.uploading ?? "");
    try {
      const answer = await send(url, data);
      const body = await answer.json();
      if (!answer.ok) throw new Error(body.detail);
      insert(area, `${area.selectionStart && area.value[area.selectionStart - 1] !== "\n" ? "\n" : ""}${body.markdown}\n`); // on a line of its own
      announce(box.dataset.uploaded ?? "");
    } catch (error) {
      announce((error instanceof Error && !(error instanceof TypeError) && !(error instanceof SyntaxError) && error.message) || (box.dataset.uploadFailed ?? ""));
    }
  }
}

/** @param {HTMLElement} box @param {HTMLTextAreaElement} area @param {string} url */
function setUpPreview(box, area, url) {
  const fold = box.parentElement?.querySelector("[data-preview-fold]");
  const shown = fold?.querySelector(".preview");
  if (!(fold instanceof HTMLDetailsElement) || !shown) return;
  let asked = "";
  const show = async () => {
    const text = area.value;
    if (text === asked || !fold.open) return;
    asked = text;
    fold.hidden = !text.trim();
    if (fold.hidden) return;
    try {
      const answer = await send(url, new URLSearchParams({ body: text }), "text/html");
      if (!answer.ok || text !== area.value) return;
      shown.replaceChildren(document.createRange().createContextualFragment(await answer.text()));
      relativeTimes(shown);
      for (const table of shown.querySelectorAll("table")) if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
    } catch { /* offline: the text is safe in the field */ }
  };
  area.addEventListener("input", debounce(show, 400));
  fold.addEventListener("toggle", show);
  show();
}
