// @ts-check
// Completion while writing: names after @, questions and articles after #. A list below the field; arrows and Enter choose.
import { debounce } from "./send.js";

const BEGINNING = /(?:^|[\s([{>"'])(?:(@)([\p{L}\p{N}][\p{L}\p{N}._-]{0,39})|(#)([\p{L}\p{N}][\p{L}\p{N} ._-]{2,39}))$/u;
let count = 0;

/** @typedef {{label: string, note: string, text: string}} Choice */

/** @param {string} sign @param {string} typed @returns {Promise<Choice[]>} */
async function find(sign, typed) {
  const url = sign === "@" ? "/mentions" : "/search/suggest";
  const answer = await fetch(`${url}?q=${encodeURIComponent(typed)}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) return [];
  const found = await answer.json();
  if (sign === "@") return found.people.map((/** @type {any} */ one) => ({ label: one.display_name || one.name, note: `@${one.name}`, text: `@${one.name} ` }));
  return found.suggestions.map((/** @type {any} */ one) => ({ label: one.title, note: one.label, text: `[${one.title.replace(/[[\]\\]/g, "\\$&")}](${one.path}) ` }));
}

/** @param {HTMLElement} box @param {HTMLTextAreaElement} area @param {(area: HTMLTextAreaElement, text: string) => void} insert */
export function complete(box, area, insert) {
  const list = document.createElement("div");
  list.className = "suggestions";
  list.id = `completions-${++count}`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.dataset.completions ?? "");
  box.append(list);
  /** @type {Choice[]} */
  let choices = [];
  let selected = 0;

  /** What is being typed: its sign and what follows. @returns {string[] | null} */
  function match() {
    const found = area.selectionStart === area.selectionEnd ? BEGINNING.exec(area.value.slice(Math.max(0, area.selectionStart - 60), area.selectionStart)) : null;
    return found && [found[1] ?? found[3], found[2] ?? found[4]];
  }
  /** @param {number} index */
  function select(index) {
    selected = index;
    [...list.children].forEach((option, n) => option.setAttribute("aria-selected", String(n === index)));
    list.children[index]?.scrollIntoView({ block: "nearest" });
    area.setAttribute("aria-activedescendant", list.children[index]?.id ?? "");
  }
  /** Put the list right under the line that is being written: a copy of the text up to there, laid out alike, tells where that is. */
  function place() {
    const look = getComputedStyle(area), copy = document.createElement("div"), end = document.createElement("span");
    for (const name of ["font", "letterSpacing", "lineHeight", "padding", "tabSize"]) copy.style[/** @type {"font"} */ (name)] = look[/** @type {"font"} */ (name)];
    Object.assign(copy.style, { position: "absolute", visibility: "hidden", whiteSpace: "pre-wrap", overflowWrap: "break-word", boxSizing: "border-box", width: `${area.clientWidth}px` });
    end.textContent = "\u200b";
    copy.append(area.value.slice(0, area.selectionStart - (match()?.join("").length ?? 0)), end); // where the sign stands
    box.append(copy);
    const under = Math.min(end.offsetTop + end.offsetHeight - area.scrollTop, area.clientHeight);
    list.style.top = `${area.offsetTop + under + 4}px`;
    list.style.left = `${Math.max(0, Math.min(end.offsetLeft, area.clientWidth - list.offsetWidth))}px`;
    copy.remove();
  }
  function close() {
    list.hidden = true;
    choices = [];
    for (const name of ["aria-activedescendant", "aria-controls"]) area.removeAttribute(name);
  }
  /** @param {number} index */
  function take(index) {
    const found = match();
    if (!found || !choices[index]) return close();
    area.setSelectionRange(area.selectionStart - found.join("").length, area.selectionStart);
    const { text } = choices[index];
    close();
    insert(area, text);
  }
  const ask = debounce(async () => {
    const found = match();
    if (!found) return close();
    try {
      const wanted = await find(found[0], found[1].trim());
      if (match()?.join() !== found.join() || document.activeElement !== area) return;
      choices = wanted;
    } catch { choices = []; }
    if (!choices.length) return close();
    list.replaceChildren(...choices.map((choice, n) => {
      const option = document.createElement("div");
      option.id = `${list.id}-${n}`;
      option.setAttribute("role", "option");
      option.append(Object.assign(document.createElement("span"), { textContent: choice.label }), Object.assign(document.createElement("small"), { textContent: choice.note }));
      return option;
    }));
    list.hidden = false;
    place();
    area.setAttribute("aria-controls", list.id);
    select(0);
  }, 150);

  area.addEventListener("input", () => { if (match()) ask(); else if (!list.hidden) close(); });
  area.addEventListener("blur", () => setTimeout(close, 150));
  area.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown") { event.preventDefault(); select((selected + 1) % choices.length); }
    else if (event.key === "ArrowUp") { event.preventDefault(); select((selected + choices.length - 1) % choices.length); }
    else if (event.key === "Enter" || event.key === "Tab") { event.preventDefault(); take(selected); }
    else if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(); }
  });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target instanceof Element ? event.target.closest("[role=option]") : null;
    if (option) take([...list.children].indexOf(option));
  });
}
