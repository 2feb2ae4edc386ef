// @ts-check
// Says how soon a first answer usually comes in the category that is chosen.
// <div data-waits="id of the select"><p data-waits-said> ... <li data-value data-sentence>

/** @param {HTMLElement} box */
export function bind(box) {
  const select = document.getElementById(box.dataset.waits ?? "");
  const said = box.querySelector("[data-waits-said]");
  if (!(select instanceof HTMLSelectElement) || !said) return;
  const say = () => {
    const rows = [...box.querySelectorAll("[data-value]")].filter((row) => row instanceof HTMLElement);
    said.textContent = rows.find((row) => row.dataset.value === select.value)?.dataset.sentence ?? "";
  };
  select.addEventListener("change", say);
  if (select.selectedOptions[0] && !select.selectedOptions[0].defaultSelected) say(); // chosen before this was here, or put back by the browser
}
