// @ts-check
// What signed-in people get besides site.js: each module is loaded only where its data- attribute stands on the page.

/** @type {[string, string][]} */
const MODULES = [
  ["[data-editor]", "./modules/editor.js"],
  ["[data-draft-key]", "./modules/drafts.js"],
  ["[data-blocks]", "./modules/blocks.js"],
  ["[data-waits]", "./modules/waits.js"],
  ["form[data-vote], form[data-toggle]", "./modules/toggles.js"],
  ["[data-queue]", "./modules/queue.js"],
  ["[data-claim]", "./modules/claim.js"],
];

for (const [selector, path] of MODULES) {
  const nodes = document.querySelectorAll(selector);
  if (nodes.length) import(path).then((module) => nodes.forEach((node) => module.bind(node)));
}
if (sessionStorage.getItem("unsent")) import("./modules/unsent.js").then((module) => module.putBack());
