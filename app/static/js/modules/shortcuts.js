// @ts-check
// The list of keyboard shortcuts ("?") over any page: the list of the page /keys, and the letters that press buttons of this one.

/** Letters that press a button of this page. @returns {string[][]} */
function ownKeys() {
  const buttons = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-key]")]).filter((one) => one.dataset.key?.length === 1);
  return buttons.map((one) => [one.dataset.key ?? "", [...one.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent).join("").trim()]);
}

/** @template {keyof HTMLElementTagNameMap} T @param {T} tag @param {Record<string, string>} props @param {Node[]} inside @returns {HTMLElementTagNameMap[T]} */
function make(tag, props, ...inside) {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...inside);
  return node;
}

/** Who speaks to the computer, or presses keys unawares, may turn single keys off; this browser remembers it. @param {ParentNode} root */
export function offerChoice(root) {
  const box = root.querySelector("[data-keys-choice]");
  const choice = box?.querySelector("input");
  if (!choice) return;
  box?.removeAttribute("hidden");
  choice.checked = localStorage.getItem("keys") !== "off";
  choice.addEventListener("change", () => localStorage.setItem("keys", choice.checked ? "on" : "off"));
}

export async function showShortcuts() {
  let dialog = /** @type {HTMLDialogElement | null} */ (document.getElementById("shortcuts"));
  if (!dialog) {
    if (document.querySelector("[data-keys]")) return; // the page /keys itself
    const answer = await fetch("/keys");
    const list = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-keys]");
    if (!(list instanceof HTMLElement) || document.getElementById("shortcuts")) return;
    const own = ownKeys().map(([key, words]) => make("div", {}, make("dt", {}, make("kbd", { className: "key", textContent: key })), make("dd", { textContent: words })));
    if (own.length) list.append(make("h2", { textContent: list.dataset.here ?? "" }), make("dl", {}, ...own));
    const close = make("button", { className: "btn", textContent: list.dataset.close ?? "" });
    dialog = make("dialog", { id: "shortcuts" }, list, make("form", { method: "dialog" }, close));
    const title = list.querySelector("h1");
    if (title) { title.id = "shortcuts-title"; dialog.setAttribute("aria-labelledby", title.id); }
    offerChoice(dialog);
    document.body.append(dialog);
  }
  if (!dialog.open) dialog.showModal();
}
