// @ts-check
// The list of keyboard shortcuts ("?"), built when first asked for.

const KEYS = [["/", "Search"], ["?", "These shortcuts"], ["j  k", "Next, previous in a queue"], ["Enter", "Open the chosen item"], ["x", "Choose it for a decision about many"], ["Esc", "Close menus"]];

/** Letters that press a button of this page. @returns {string[][]} */
function ownKeys() {
  const buttons = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-key]")]).filter((one) => one.dataset.key?.length === 1);
  return buttons.map((one) => [one.dataset.key ?? "", [...one.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent).join("").trim()]);
}

export function showShortcuts() {
  let dialog = /** @type {HTMLDialogElement | null} */ (document.getElementById("shortcuts"));
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.id = "shortcuts";
    const title = Object.assign(document.createElement("h2"), { textContent: "Keyboard shortcuts", id: "shortcuts-title" });
    const list = document.createElement("dl");
    for (const [key, text] of [...KEYS, ...ownKeys()]) {
      const term = document.createElement("dt");
      term.append(Object.assign(document.createElement("kbd"), { className: "key", textContent: key }));
      list.append(term, Object.assign(document.createElement("dd"), { textContent: text }));
    }
    const form = Object.assign(document.createElement("form"), { method: "dialog" });
    form.append(Object.assign(document.createElement("button"), { className: "btn", textContent: "Close" }));
    dialog.setAttribute("aria-labelledby", title.id);
    dialog.append(title, list, form);
    document.body.append(dialog);
  }
  if (!dialog.open) dialog.showModal();
}
