// @ts-check
// Tells other moderators that you look at an item as soon as you touch what decides about it.
import { send } from "./send.js";

/** @param {HTMLElement} item */
export function bind(item) {
  const actions = item.querySelector(".inbox-actions");
  const words = item.querySelector("[data-claim-words]");
  const claim = async () => {
    const answer = await send(item.dataset.claim ?? "", new FormData());
    if (answer.ok && words) words.textContent = (await answer.json()).message;
  };
  for (const kind of ["focusin", "pointerdown"]) actions?.addEventListener(kind, start);
  function start() {
    for (const kind of ["focusin", "pointerdown"]) actions?.removeEventListener(kind, start);
    claim().catch(() => {});
  }
}
