// @ts-check
// Drafts: what is typed in a form with [data-draft-key] is kept on the server, POST /drafts/<key> (or data-draft-url), two seconds
// after the last key. When the connection drops, it is tried again until it is kept; leaving the page before that is asked about.
import { debounce, send } from "./send.js";

const RETRY = 15_000;

/** @param {HTMLElement} box */
export function bind(box) {
  const form = box instanceof HTMLFormElement ? box : box.closest("form");
  const note = (box.closest(".field") ?? form)?.querySelector("[data-draft-note]");
  const key = box.dataset.draftKey;
  if (!form || !key || form.dataset.drafts) return;
  form.dataset.drafts = "yes";
  let isSent = false;
  let kept = serialise(form);
  let isLost = false;
  const url = box.dataset.draftUrl ?? `/drafts/${encodeURIComponent(key)}`;

  const save = async () => {
    const now = serialise(form);
    if (isSent || now === kept) return;
    try {
      const answer = await send(url, new URLSearchParams(now));
      if (!answer.ok) throw new Error(String(answer.status));
      kept = now;
      isLost = false;
      say(note, "Draft saved");
    } catch {
      say(note, "Draft not saved yet. Keep this page open.");
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
  form.addEventListener("input", debounce(save, 2000));
  form.addEventListener("submit", (event) => { isSent = !event.defaultPrevented; });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
}

/** @param {HTMLFormElement} form */
function serialise(form) {
  const data = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string" && name !== "csrf_token") data.append(name, value);
  return data.toString();
}

/** @param {Element | null | undefined} note @param {string} text */
function say(note, text) {
  if (note) note.textContent = text;
}
