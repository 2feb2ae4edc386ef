// @ts-check
// Messages get a close button. They never leave by themselves: people read at their own pace.

export function makeDismissable() {
  for (const note of document.querySelectorAll("[data-dismissable]")) {
    if (!(note instanceof HTMLElement)) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.setAttribute("aria-label", note.dataset.dismissable ?? "");
    button.textContent = "×";
    button.addEventListener("click", () => note.remove());
    note.append(button);
  }
}
