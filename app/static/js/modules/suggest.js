// @ts-check
// Search suggestions: a combobox over GET data-suggest?q=, answered with JSON {"suggestions": [{key, title, path, label}], "said"}.
import { tellPicked } from "./send.js";

let count = 0;

/** @param {HTMLElement} form */
export function suggest(form) {
  const input = form.querySelector("input");
  const url = form.dataset.suggest;
  if (!input || !url) return;
  const list = document.createElement("div");
  list.className = "suggestions";
  list.id = `suggestions-${++count}`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.getAttribute("aria-label") ?? "");
  const status = document.createElement("span");
  status.className = "sr";
  status.setAttribute("role", "status");
  form.append(list, status);
  for (const [name, value] of [["role", "combobox"], ["aria-controls", list.id], ["aria-expanded", "false"], ["aria-autocomplete", "list"]]) input.setAttribute(name, value);

  let selected = -1;
  let timer = 0;
  let asked = "";
  /** @type {AbortController | undefined} */
  let running;

  const options = () => /** @type {HTMLElement[]} */ ([...list.children]);
  /** @param {boolean} isOpen */
  function show(isOpen) {
    list.hidden = !isOpen;
    input?.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) select(-1);
  }
  /** @param {number} index */
  function select(index) {
    selected = index;
    options().forEach((option, n) => option.setAttribute("aria-selected", String(n === index)));
    const option = options()[index];
    if (option) { input?.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
    else input?.removeAttribute("aria-activedescendant");
  }
  /** @param {{key: string, title: string, path: string, label: string}[]} rows @param {string} [said] */
  function fill(rows, said = "") {
    list.replaceChildren(...rows.map((row, n) => {
      const option = document.createElement("div");
      const kind = document.createElement("small");
      option.id = `${list.id}-${n}`;
      option.setAttribute("role", "option");
      option.dataset.path = row.path;
      option.dataset.key = row.key;
      option.append(Object.assign(document.createElement("span"), { textContent: row.title }), kind);
      kind.textContent = row.label;
      return option;
    }));
    show(rows.length > 0 && document.activeElement === input);
    status.textContent = list.hidden ? "" : said;
  }
  async function ask() {
    const text = input?.value.trim() ?? "";
    running?.abort();
    if (text.length < 2) return fill([]);
    running = new AbortController();
    asked = text.slice(0, 200);
    try {
      const answer = await fetch(`${url}?q=${encodeURIComponent(asked)}`, { headers: { Accept: "application/json" }, signal: running.signal });
      if (!answer.ok) return;
      const found = await answer.json();
      fill(found.suggestions, found.said);
    } catch { /* offline or overtaken by the next letter: the form still works */ }
  }

  /** As a link: in a new tab when asked for. @param {HTMLElement} option @param {MouseEvent | KeyboardEvent} event */
  function open(option, event) {
    const path = option.dataset.path ?? "/";
    tellPicked(asked, option.dataset.key ?? "");
    if (event.ctrlKey || event.metaKey || (event instanceof MouseEvent && event.button === 1)) window.open(path, "_blank", "noopener");
    else location.assign(path);
  }

  input.addEventListener("input", () => { clearTimeout(timer); timer = window.setTimeout(ask, 160); });
  input.addEventListener("focus", () => show(list.children.length > 0));
  input.addEventListener("blur", () => setTimeout(() => show(false), 150));
  input.addEventListener("keydown", (event) => {
    const last = list.children.length - 1;
    if (event.isComposing || last < 0) return;
    if (list.hidden && /^Arrow(Down|Up)$/.test(event.key)) show(true);
    if (list.hidden) return;
    if (event.key === "ArrowDown") { event.preventDefault(); select(selected >= last ? 0 : selected + 1); }
    if (event.key === "ArrowUp") { event.preventDefault(); select(selected <= 0 ? last : selected - 1); }
    if (event.key === "Escape") { event.stopPropagation(); event.preventDefault(); show(false); }
    if (event.key === "Enter" && selected >= 0) { event.preventDefault(); open(options()[selected], event); }
  });
  list.addEventListener("mousedown", (event) => {
    const option = event.target instanceof Element ? event.target.closest("[role=option]") : null;
    if (option instanceof HTMLElement && event.button < 2) { event.preventDefault(); open(option, event); }
  });
  if (input.value !== input.defaultValue) ask();
}
