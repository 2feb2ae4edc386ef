// @ts-check
// POST with the page's CSRF token. Owns nothing else; callers decide what to do with the answer.

/** @param {string} url @param {BodyInit} body @param {string} [accept] @returns {Promise<Response>} */
export function send(url, body, accept = "application/json") {
  const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
  return fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token, Accept: accept }, credentials: "same-origin" });
}

/** A symbol of icons.svg, whose address is taken from any icon of the page. @param {string} name @param {string} label */
export function icon(name, label) {
  const sprite = (document.querySelector("svg.icon use")?.getAttribute("href") ?? "").split("#")[0];
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite}#${name}`);
  for (const [key, value] of [["class", "icon"], ["width", "20"], ["height", "20"], ["role", "img"], ["aria-label", label]]) svg.setAttribute(key, value);
  svg.append(use);
  return svg;
}

/** Call `work` once things have been quiet for `delay` ms. @param {() => void} work @param {number} delay */
export function debounce(work, delay) {
  let timer = 0;
  return () => { clearTimeout(timer); timer = window.setTimeout(work, delay); };
}
