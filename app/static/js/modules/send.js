// @ts-check
// Sending to the site; with the page's CSRF token where something changes. Callers decide what to do with the answer.

/** @param {string} url @param {BodyInit} body @param {string} [accept] @returns {Promise<Response>} */
export function send(url, body, accept = "application/json") {
  const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
  return fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token, Accept: accept }, credentials: "same-origin" });
}

/** Say which suggestion was opened for what was typed; nobody waits for an answer. @param {string} typed @param {string} key */
export function tellPicked(typed, key) {
  navigator.sendBeacon?.("/search/picked", new URLSearchParams({ q: typed, key }));
}

/** Call `work` once things have been quiet for `delay` ms. @param {() => void} work @param {number} delay */
export function debounce(work, delay) {
  let timer = 0;
  return () => { clearTimeout(timer); timer = window.setTimeout(work, delay); };
}

/** What is in a form now. @param {HTMLFormElement} form */
export function typed(form) {
  const data = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string" && name !== "csrf_token") data.append(name, value);
  return data.toString();
}

/** What was in it when the page came: who is quick types before this script is there. @param {HTMLFormElement} form */
export function served(form) {
  const copy = /** @type {HTMLFormElement} */ (form.cloneNode(true));
  copy.reset();
  return typed(copy);
}
