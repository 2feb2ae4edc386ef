// @ts-check
// A form that was sent after its sign-in had ended: the page that says so, [data-unsent], keeps what was typed in this tab, and the
// next page of somebody who is signed in puts it back into the form that goes to the same address.

const KEPT = "unsent";

/** @param {HTMLElement} box */
export function keep(box) {
  const fields = [...box.querySelectorAll("textarea")].map((area) => [area.name, area.value]);
  sessionStorage.setItem(KEPT, JSON.stringify({ action: box.dataset.unsent, fields }));
  for (const line of box.querySelectorAll("p")) line.hidden = !line.hidden; // what is true without a script, and what is true now
}

export function putBack() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  sessionStorage.removeItem(KEPT);
  const form = [...document.forms].find((one) => one.method === "post" && (one.getAttribute("action") ?? location.pathname) === kept?.action);
  if (!form) return;
  /** @type {HTMLElement | null} */
  let last = null;
  for (const [name, value] of kept.fields) {
    const control = form.elements.namedItem(name);
    if (!(control instanceof HTMLTextAreaElement || control instanceof HTMLInputElement)) continue;
    control.value = value;
    control.dispatchEvent(new Event("input", { bubbles: true })); // drafts and editors take it for typed
    last = control;
  }
  const fold = form.closest("details");
  if (fold) fold.open = true;
  last?.focus();
}

const box = document.querySelector("[data-unsent]");
if (box instanceof HTMLElement) keep(box);
