// @ts-check
// Drafts: what is typed in a form with [data-draft-key] is kept on the server, POST /drafts/<key> (or data-draft-url), two seconds
// after the last key. When the connection drops, it is tried again until it is kept; leaving the page before that is asked about.
import { debounce, send, served, typed } from "./send.js";

const RETRY = 15_000;

/** @param {HTMLElement} box */
export function bind(box) {
  const form = box instanceof HTMLFormElement ? box : box.closest("form");
  const note = (box.closest(".field") ?? form)?.querySelector("[data-draft-note]");
  const key = box.dataset.draftKey;
  if (!form || !key || form.dataset.drafts) return;
  form.dataset.drafts = "yes";
  let isSent = false;
  // What the browser puts back on the way back may have been posted since: that is no draft.
  const [visit] = performance.getEntriesByType("navigation");
  let kept = visit instanceof PerformanceNavigationTiming && visit.type === "back_forward" ? typed(form) : served(form);
  let isLost = false;
  const url = box.dataset.draftUrl ?? `/drafts/${key}`; // as the button that discards it says it

  /** @type {Promise<void> | null} */
  let underway = null;
  let isAsked = false;
  const save = () => {
    if (underway) isAsked = true;
    return underway ??= keep().finally(() => {
      underway = null;
      if (isAsked) { isAsked = false; save(); }
    });
  };
  const keep = async () => {
    const now = typed(form);
    if (isSent || now === kept) return;
    try {
      const answer = await send(url, new URLSearchParams(now));
      if (!answer.ok) throw new Error(String(answer.status));
      kept = now;
      isLost = false;
      say(note, "saved");
    } catch {
      say(note, "unsaved");
      if (!isLost) setTimeout(again, RETRY);
      isLost = true;
    }
  };
  const again = async () => {
    await save();
    if (isLost && !isSent) setTimeout(again, RETRY);
  };
  addEventListener("online", save);
  addEventListener("beforeunload", (event) => { if (isLost && !isSent) event.preventDefault(); });
  const later = debounce(save, 2000);
  form.addEventListener("input", later);
  later();
  // A draft that is on its way must not arrive after what it is a draft of.
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    const isWaiting = isSent;
    isSent = true;
    if (!underway) return;
    event.preventDefault();
    const button = event.submitter instanceof HTMLElement ? event.submitter : null;
    if (!isWaiting) Promise.race([underway, pause(3000)]).then(() => { underway = null; form.requestSubmit(button); });
  });
  // Nor may it come back after it was discarded.
  document.addEventListener("submit", ({ target, defaultPrevented }) => {
    if (!defaultPrevented && target instanceof HTMLFormElement && target.getAttribute("action") === url) isSent = true;
  });
  addEventListener("pageshow", (event) => { if (event.persisted) isSent = false; });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
}

/** @param {number} time */
function pause(time) {
  return new Promise((resolve) => { setTimeout(resolve, time); });
}

/** @param {Element | null | undefined} note @param {"saved" | "unsaved"} state */
function say(note, state) {
  if (note instanceof HTMLElement) note.textContent = note.dataset[state] ?? "";
}
