// @ts-check
// Keyboard for lists of work: j and k move through the links, Enter opens (the browser's own), x chooses, letters press [data-key] buttons.

/** @param {HTMLElement} list */
export function bind(list) {
  const links = /** @type {HTMLAnchorElement[]} */ ([...list.querySelectorAll("li > a, .row-title a")]);
  const shown = links.find((link) => link.hasAttribute("aria-current"));
  const below = shown ? shown.offsetTop + shown.offsetHeight - list.clientHeight : 0;
  if (below > 0) list.scrollTop = below + list.clientHeight / 3; // in a long list that scrolls, with some of what comes next
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLElement && event.target.matches("input:not([type=checkbox]), textarea, select");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem("keys") === "off") return;
    const line = document.activeElement?.closest("li");
    const focused = links.findIndex((link) => link === document.activeElement || (line && link.parentElement === line));
    const open = links.findIndex((link) => link.hasAttribute("aria-current"));
    const current = focused >= 0 ? focused : open;
    if (event.key === "j") links[Math.min(current + 1, links.length - 1)]?.focus();
    else if (event.key === "k") links[Math.max(current - 1, 0)]?.focus();
    else if (event.key === "x") /** @type {HTMLInputElement | null | undefined} */ (links[current]?.closest("li")?.querySelector("input[type=checkbox]"))?.click();
    // Decisions are about the open item: not while another line is the one that is looked at.
    else if (/^[a-z]$/.test(event.key) && (focused < 0 || open < 0 || focused === open) && pressKey(event.key)) event.preventDefault();
  });
}

/** @param {string} key @returns {boolean} */
function pressKey(key) {
  const button = document.querySelector(`[data-key="${key}"]`);
  if (!(button instanceof HTMLElement)) return false;
  button.focus();
  button.click();
  const words = button.parentElement instanceof HTMLDetailsElement && button.parentElement.open && button.parentElement.querySelector("textarea");
  if (words) words.focus();
  return true;
}
