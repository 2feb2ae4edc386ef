// @ts-check
// What every visitor gets: small conveniences over pages that work without a script. No dependency; members get member.js too.

/** @param {string} selector @param {ParentNode} [root] @returns {HTMLElement[]} */
const all = (selector, root = document) => [...root.querySelectorAll(selector)].filter((node) => node instanceof HTMLElement);

const UNITS = /** @type {[Intl.RelativeTimeFormatUnit, number][]} */ ([["year", 31557600], ["month", 2629800], ["day", 86400], ["hour", 3600], ["minute", 60]]);

/** Turn each <time> with a clock time into "3 days ago"; its title becomes the exact moment where the reader is. @param {ParentNode} [root] */
export function relativeTimes(root = document) {
  const ago = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" }); // in whole words: "last mo." is a riddle
  const exact = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  for (const node of all("time[datetime*=T]", root)) {
    const moment = Date.parse(node.getAttribute("datetime") ?? "");
    const seconds = (moment - Date.now()) / 1000;
    const unit = UNITS.find(([, size]) => Math.abs(seconds) >= size);
    if (Number.isNaN(moment)) continue;
    node.title = exact.format(moment);
    node.textContent = unit ? ago.format(Math.round(seconds / unit[1]), unit[0]) : ago.format(0, "second");
  }
}

/** Say something short, for eyes and screen readers alike. @param {string} text */
export function announce(text) {
  document.querySelector(".toast[data-said]")?.remove();
  const toast = document.createElement("div");
  toast.className = "flash toast"; toast.dataset.said = "";
  toast.setAttribute("role", "alert"); // a status that comes with its words is not read out
  document.body.append(toast);
  toast.textContent = text;
  setTimeout(() => toast.remove(), Math.max(3000, 80 * text.length)); // long enough to be read
}

/** @param {string} path */
const copyLink = (path) => navigator.clipboard.writeText(new URL(path, location.href).href).then(() => announce(document.body.dataset.copied ?? ""));
function setUpTheme() {
  const kept = localStorage.getItem("theme");
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
  for (const button of all("[data-theme-toggle]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const isDark = (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
      document.documentElement.dataset.theme = isDark ? "light" : "dark";
      localStorage.setItem("theme", isDark ? "light" : "dark");
    });
  }
}

/** Close open menus except those around `inside`. @param {EventTarget | null} inside */
function closeMenus(inside) {
  for (const menu of all("details[data-menu][open]")) if (!(inside instanceof Node && menu.contains(inside))) {
    if (!inside && menu.contains(document.activeElement)) menu.querySelector("summary")?.focus(); // where one came from, not nowhere
    menu.removeAttribute("open");
  }
}

document.addEventListener("click", (event) => {
  closeMenus(event.target);
  const target = event.target instanceof Element ? event.target : null;
  const link = target?.closest("[data-copy-link]");
  if (link instanceof HTMLAnchorElement && isSecureContext && !event.metaKey && !event.ctrlKey) { event.preventDefault(); copyLink(link.href); }
  const share = target?.closest("[data-share]");
  if (share instanceof HTMLElement) {
    const url = new URL(share.dataset.share ?? "", location.href).href;
    if (navigator.share) navigator.share({ title: document.querySelector("h1")?.textContent ?? document.title, url }).catch(() => {});
    else copyLink(url);
  }
  const opener = target?.closest("[data-open]");
  const opened = opener instanceof HTMLElement && document.getElementById(opener.dataset.open ?? "");
  if (opened instanceof HTMLDetailsElement) { event.preventDefault(); opened.open = true; opened.querySelector("textarea")?.focus(); }
});

// Before anybody else hears of it: a form that is sent in place would lead to the browser's own page of errors. What is typed stays.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (navigator.onLine || !(form instanceof HTMLFormElement) || form.method !== "post" || form.dataset.warned) return;
  form.dataset.warned = "yes"; event.preventDefault(); event.stopImmediatePropagation(); announce(document.body.dataset.offline ?? "");
}, true);
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || event.defaultPrevented) return;
  if (form.dataset.confirm && !confirm(form.dataset.confirm)) return event.preventDefault();
  if (form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes"; for (const button of all("button", form)) button.setAttribute("aria-disabled", "true"); // against double posts; the pressed button's value stays in the request
});
addEventListener("pageshow", () => {
  for (const form of all("form[data-sent]")) { delete form.dataset.sent; for (const button of all("button", form)) button.removeAttribute("aria-disabled"); }
});
document.addEventListener("keydown", (event) => {
  const isTyping = event.target instanceof HTMLElement && event.target.matches("input, textarea, select, [contenteditable]");
  if (event.key === "Escape") return closeMenus(null);
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem("keys") === "off") return;
  if (event.key === "/") { event.preventDefault(); all("[data-suggest] input").at(-1)?.focus(); }
  if (event.key === "?") import("./modules/shortcuts.js").then((module) => module.showShortcuts());
});

const told = all("[data-focus]").at(-1) ?? all("[aria-invalid=true]")[0]; // what was refused is read out and in sight
setUpTheme(); relativeTimes(); told?.focus(); if (location.hash) addEventListener("load", () => told?.focus()); // going to a #place takes the focus
for (const button of all("[data-share]")) button.hidden = !isSecureContext && !("share" in navigator);
for (const tab of all(".tabs [aria-current]")) if (tab.parentElement) tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 48;
for (const table of all(".prose table")) if (table.scrollWidth > table.clientWidth) table.tabIndex = 0; // wide ones scroll
for (const box of all("[data-suggest]")) box.addEventListener("focusin", () => import("./modules/suggest.js").then((module) => module.suggest(box)), { once: true });
for (const node of all("[data-similar]")) import("./modules/similar.js").then((module) => module.bind(node));
for (const box of all("[data-verdict]")) box.addEventListener("submit", (event) => { event.preventDefault(); import("./modules/verdict.js").then((module) => module.bind(box)).finally(() => event.target instanceof HTMLFormElement && event.target.requestSubmit(event.submitter)); }, { once: true }); // what was pressed is pressed again
if (document.querySelector("[data-offline-page]")) addEventListener("online", () => location.reload());
// Who reads on gets the service worker (an offline page), once the page is there; who came for one page pays nothing for it.
if (isSecureContext && "serviceWorker" in navigator && (document.referrer.startsWith(location.origin) || matchMedia("(display-mode: standalone)").matches)) addEventListener("load", () => (window.requestIdleCallback ?? setTimeout)(() => navigator.serviceWorker.register("/sw.js").catch(() => {})));
if (document.querySelector("[data-keys]")) import("./modules/shortcuts.js").then((module) => module.offerChoice(document));
if (document.querySelector("[data-dismissable]")) import("./modules/dismiss.js").then((module) => module.makeDismissable());
