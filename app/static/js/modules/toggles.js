// @ts-check
// Votes, me too and follow without a page load. Anything unexpected falls back to sending the form.
import { send } from "./send.js";

/** @param {HTMLFormElement} form */
export function bind(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const pressed = event.submitter instanceof HTMLButtonElement ? event.submitter : form.querySelector("button");
    if (!pressed || form.dataset.busy) return;
    form.dataset.busy = "yes";
    const data = new FormData(form);
    if (pressed.name) data.set(pressed.name, pressed.value);
    try {
      const answer = await send(form.action, data);
      if (!answer.ok || !answer.headers.get("Content-Type")?.includes("json")) throw new Error(String(answer.status));
      apply(form, await answer.json());
    } catch {
      delete form.dataset.busy;
      fallBack(form, pressed);
    }
    delete form.dataset.busy;
  });
}

/** The server shows what is wrong, on a page of its own. @param {HTMLFormElement} form @param {HTMLButtonElement} pressed */
function fallBack(form, pressed) {
  if (pressed.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: pressed.name, value: pressed.value }));
  form.submit();
}

/** @param {HTMLFormElement} form @param {{score?: number, count?: number, pressed: boolean | number}} state */
function apply(form, state) {
  const figure = form.querySelector("[data-score], [data-count]");
  if (figure) figure.textContent = (state.score ?? state.count ?? 0).toLocaleString(document.documentElement.lang);
  for (const button of form.querySelectorAll("button")) {
    const own = voteOf(button, form);
    const isOn = form.matches("[data-vote]") ? Number(state.pressed) === Number(own) : Boolean(state.pressed);
    button.setAttribute("aria-pressed", String(isOn));
    button.value = isOn ? "0" : form.matches("[data-vote]") ? own : "1";
    const label = button.querySelector("[data-label]");
    if (label instanceof HTMLElement) label.textContent = (isOn ? label.dataset.labelPressed : label.dataset.label) ?? "";
  }
}

/** The vote a button stands for: the first is +1, the second -1. @param {HTMLButtonElement} button @param {HTMLFormElement} form */
function voteOf(button, form) {
  return button === form.querySelector("button") ? "1" : "-1";
}
