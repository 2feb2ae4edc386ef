// @ts-check
// Keyboard for lists of work: j and k move through the links, Enter opens (the browser's own), letters press [data-key] buttons.

/** @param {HTMLElement} list */
export function bind(list) {
  const links = /** @type {HTMLAnchorElement[]} */ ([...list.querySelectorAll("li > a, .row-title a")]);
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const focused = links.findIndex((link) => link === document.activeElement);
    const current = focused >= 0 ? focused : links.findIndex((link) => link.hasAttribute("aria-current"));
    if (event.key === "j") links[Math.min(current + 1, links.length - 1)]?.focus();
    else if (event.key === "k") links[Math.max(current - 1, 0)]?.focus();
    else if (/^[a-z]$/.test(event.key)) pressKey(event.key);
  });
}

/** @param {string} key */
function pressKey(key) {
  const button = document.querySelector(`[data-key="${key}"]`);
  if (button instanceof HTMLElement) { button.focus(); button.click(); }
}
