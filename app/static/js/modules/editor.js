// @ts-check
// The Markdown editor: toolbar, keys, live preview (rendered by the server), images by button, paste or drop.
import { announce, relativeTimes } from "../site.js";
import { debounce, icon, send } from "./send.js";

/** @type {[string, string, string, string, string?][]} name, label, before, after, key */
const TOOLS = [
  ["bold", "Bold", "**", "**", "b"], ["italic", "Italic", "*", "*", "i"], ["code", "Code", "`", "`", "e"],
  ["link", "Link", "[", "](https://)", "k"], ["list", "List", "- ", ""], ["quote", "Quote", "> ", ""],
];

/** @param {HTMLElement} box */
export function bind(box) {
  const area = box.querySelector("textarea");
  if (!area) return;
  const bar = document.createElement("div");
  bar.className = "editor-bar";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "Formatting");
  for (const [name, label, before, after, key] of TOOLS) {
    bar.append(toolButton(name, key ? `${label} (Ctrl+${key.toUpperCase()})` : label, () => format(area, before, after)));
  }
  area.addEventListener("keydown", (event) => {
    const tool = (event.ctrlKey || event.metaKey) && !event.altKey && TOOLS.find(([, , , , key]) => key === event.key);
    if (tool) { event.preventDefault(); format(area, tool[2], tool[3]); }
  });
  if (box.dataset.uploadUrl) bar.append(imageButton(box, area, box.dataset.uploadUrl));
  box.prepend(bar);
  for (const node of box.closest("form")?.querySelectorAll("[data-plain]") ?? []) node.setAttribute("hidden", ""); // what only helps without a script
  if (box.dataset.previewUrl) setUpPreview(box, area, box.dataset.previewUrl);
}

/** @param {string} symbol @param {string} label @param {() => void} work */
function toolButton(symbol, label, work) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet", title: label });
  button.append(icon(symbol, label));
  button.addEventListener("click", work);
  return button;
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

/** @param {HTMLElement} box @param {HTMLTextAreaElement} area @param {string} url */
function imageButton(box, area, url) {
  const picker = Object.assign(document.createElement("input"), { type: "file", accept: "image/png,image/jpeg,image/gif,image/webp", hidden: true });
  picker.addEventListener("change", () => { upload(area, url, picker.files); picker.value = ""; });
  const button = toolButton("image", "Add an image", () => picker.click());
  box.append(picker);
  area.addEventListener("paste", (event) => { if (event.clipboardData?.files.length) { event.preventDefault(); upload(area, url, event.clipboardData.files); } });
  area.addEventListener("dragover", (event) => { if (event.dataTransfer?.types.includes("Files")) event.preventDefault(); });
  area.addEventListener("drop", (event) => { if (event.dataTransfer?.files.length) { event.preventDefault(); upload(area, url, event.dataTransfer.files); } });
  return button;
}

/** @param {HTMLTextAreaElement} area @param {string} url @param {FileList | null} files */
async function upload(area, url, files) {
  for (const file of files ?? []) {
    const data = new FormData();
    data.set("file", file);
    announce("Uploading the image…");
    try {
      const answer = await send(url, data);
      const body = await answer.json();
      if (!answer.ok) throw new Error(body.detail);
      insert(area, body.markdown);
      announce("Image added");
    } catch (error) {
      announce((error instanceof Error && error.message) || "The image could not be uploaded. Use PNG, JPEG, GIF or WebP.");
    }
  }
}

/** @param {HTMLElement} box @param {HTMLTextAreaElement} area @param {string} url */
function setUpPreview(box, area, url) {
  const fold = document.createElement("details");
  fold.className = "fold";
  fold.open = true;
  fold.append(Object.assign(document.createElement("summary"), { textContent: "Preview" }));
  const shown = document.createElement("div");
  shown.className = "preview prose";
  fold.append(shown);
  fold.hidden = true;
  (box.closest(".field") ?? box).append(fold);
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
