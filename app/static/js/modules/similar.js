// @ts-check
// While a title is typed: similar questions and articles, as the HTML fragment the server answers with.
// <input data-similar="/ask/similar?title=" data-similar-into="id of where they go">, and a status before that, [data-similar-said]: it tells that
// there are some, once; all of them with their solutions, after every pause, would drown what is being typed.
import { relativeTimes } from "../site.js";
import { debounce, tellPicked } from "./send.js";

/** @param {HTMLElement} input */
export function bind(input) {
  if (!(input instanceof HTMLInputElement)) return;
  const region = document.getElementById(input.dataset.similarInto ?? "similar");
  let asked = "";
  if (!region) return;
  const ask = async () => {
    const title = input.value.trim();
    if (title === asked) return;
    asked = title;
    if (title.length < 8) return region.replaceChildren();
    try {
      const answer = await fetch(`${input.dataset.similar}${encodeURIComponent(title.slice(0, 300))}`, { headers: { Accept: "text/html" } });
      if (!answer.ok || title !== asked) return;
      region.replaceChildren(document.createRange().createContextualFragment((await answer.text()).trim()));
      relativeTimes(region);
      const said = region.previousElementSibling;
      if (said?.matches("[data-similar-said]")) said.textContent = region.querySelector("p")?.textContent ?? "";
    } catch { /* offline: asking works without */ }
  };
  /** @param {Event} event */
  const tell = (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[data-key]") : null;
    if (link instanceof HTMLElement && !(event instanceof MouseEvent && event.button > 1)) tellPicked(input.value.trim(), link.dataset.key ?? "");
  };
  for (const type of ["click", "auxclick"]) region.addEventListener(type, tell);
  input.addEventListener("input", debounce(ask, 400));
  if (input.value) ask();
}
