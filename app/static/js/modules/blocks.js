// @ts-check
// The editor of articles: the preview beside follows what is typed, blocks move without a new page, and the places to split
// follow the text. Everything works without this; drafts are kept by drafts.js.
import { debounce, send, served, typed } from "./send.js";

/** @param {HTMLFormElement} form */
export function bind(form) {
  const shown = document.querySelector("[data-blocks-preview]");
  const url = form.dataset.previewUrl;
  if (url && shown) {
    const renew = debounce(() => preview(form, url, shown), 600);
    form.addEventListener("input", renew);
    addEventListener("online", renew);
    if (typed(form) !== served(form)) renew();
  }
  form.addEventListener("input", (event) => {
    if (event.target instanceof HTMLTextAreaElement && event.target.matches(".block-body")) offerCuts(event.target);
  });
  form.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button[data-do]") : null;
    if (!(button instanceof HTMLButtonElement) || !["up", "down"].includes(button.dataset.do ?? "")) return;
    event.preventDefault();
    moveBlock(button);
    settle(form);
    const kept = button.hidden ? button.parentElement?.querySelector("button[data-do]:not([hidden])") : button;
    if (kept instanceof HTMLElement) kept.focus();
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

/** @param {HTMLFormElement} form @param {string} url @param {Element} shown */
async function preview(form, url, shown) {
  const data = typed(form);
  try {
    const answer = await send(url, new URLSearchParams(data), "text/html");
    if (!answer.ok || data !== typed(form)) return;
    shown.replaceChildren(document.createRange().createContextualFragment(await answer.text()));
    for (const table of shown.querySelectorAll("table")) if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
    document.querySelector("[data-blocks-empty]")?.toggleAttribute("hidden", shown.childElementCount > 0);
    const heading = document.querySelector(".preview-title");
    const title = form.elements.namedItem("title");
    if (heading && title instanceof HTMLInputElement) heading.textContent = title.value;
  } catch { /* offline: the text is safe in its fields */ }
}

/** Number the blocks as they stand now, and offer only ways that lead somewhere. @param {HTMLFormElement} form */
function settle(form) {
  const blocks = [...form.querySelectorAll("[data-block]")];
  blocks.forEach((block, n) => {
    /** @param {string | null | undefined} text */
    const counted = (text) => (text ?? "").replace(/\d+/, String(n + 1));
    block.querySelector("[data-do=up]")?.toggleAttribute("hidden", n === 0);
    block.querySelector("[data-do=down]")?.toggleAttribute("hidden", n === blocks.length - 1);
    for (const words of block.querySelectorAll("legend, label > .sr")) words.textContent = counted(words.textContent);
    for (const tools of block.querySelectorAll("[role=group]")) tools.setAttribute("aria-label", counted(tools.getAttribute("aria-label")));
  });
}

/** Move a block past its neighbour; the button that was pressed keeps the focus, or its opposite at the end. @param {HTMLButtonElement} button */
function moveBlock(button) {
  const block = button.closest("[data-block]");
  if (!block) return;
  const isUp = button.dataset.do === "up";
  const other = isUp ? block.previousElementSibling : block.nextElementSibling;
  if (!other?.matches("[data-block]")) return;
  if (isUp) other.before(block);
  else other.after(block);
  block.scrollIntoView({ block: "nearest" });
}

/** Say where the block can be split now. @param {HTMLTextAreaElement} area */
function offerCuts(area) {
  const choice = area.closest("[data-block]")?.querySelector("[data-cuts]");
  if (!(choice instanceof HTMLSelectElement)) return;
  const before = choice.value;
  const cuts = paragraphs(area.value).slice(0, -1);
  choice.closest("details")?.toggleAttribute("hidden", !cuts.length);
  choice.replaceChildren(...cuts.map((text, index) => {
    const words = text.split(/\s+/).join(" ");
    return new Option(words.length > 60 ? `${words.slice(0, 59)}…` : words, String(index + 1), false, String(index + 1) === before);
  }));
}

/** What stands between empty lines; code with its empty lines in one piece. @param {string} text @returns {string[]} */
function paragraphs(text) {
  /** @type {string[][]} */
  const found = [[]];
  let fence = "";
  for (const line of text.split("\n")) {
    const mark = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/.exec(line)?.[1] ?? "";
    if (fence) { if (mark.startsWith(fence) && !line.replace(/[ `~]/g, "")) fence = ""; } else fence = mark;
    if (line.trim() || fence) found[found.length - 1].push(line);
    else if (found[found.length - 1].length) found.push([]);
  }
  return found.filter((lines) => lines.length).map((lines) => lines.join("\n"));
}
