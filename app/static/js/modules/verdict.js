// @ts-check
// "Did this work?" in place: sends the pressed button and puts the server's next question where the old one stood.

/** @param {HTMLElement} box */
export function bind(box) {
  box.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || event.defaultPrevented) return;
    event.preventDefault();
    if (box.ariaBusy === "true") return;
    box.ariaBusy = "true";
    const pressed = event.submitter instanceof HTMLButtonElement ? event.submitter : null;
    const data = new FormData(form);
    if (pressed?.name) data.set(pressed.name, pressed.value);
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      replace(box, (await answer.json()).html);
    } catch {
      // The server says what is wrong, on a page of its own.
      box.ariaBusy = "false";
      if (pressed?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: pressed.name, value: pressed.value }));
      form.submit();
    }
  });
}

/** Its words are focused, so that they are read out. @param {HTMLElement} box @param {string} html */
function replace(box, html) {
  const next = new DOMParser().parseFromString(html, "text/html").querySelector("[data-verdict]");
  if (!(next instanceof HTMLElement)) throw new Error("no verdict");
  const why = box.querySelector(":scope > p");
  box.replaceWith(next);
  if (why && !next.querySelector(":scope > p")) next.append(why);
  bind(next);
  const said = next.querySelector("[data-focus]");
  if (said instanceof HTMLElement) said.focus({ preventScroll: true });
}
