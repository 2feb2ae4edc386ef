// @ts-check
// The service worker, behind a line that says what it keeps (self.kept: the offline page and the static files it needs).
// It never keeps a page that somebody read: without a connection everybody gets the same offline page.
const scope = /** @type {any} */ (self);
/** @type {string[]} */
const KEPT = scope.kept;
const shelf = KEPT[1]; // its address changes with every new version

scope.addEventListener("install", (/** @type {any} */ event) => {
  // Without cookies: what is kept is the visitors' page, whoever reads.
  const fill = caches.open(shelf).then((cache) => cache.addAll(KEPT.map((path) => new Request(path, { credentials: "omit" }))));
  event.waitUntil(fill.then(() => scope.skipWaiting()));
});

scope.addEventListener("activate", (/** @type {any} */ event) => {
  const clean = caches.keys().then((names) => Promise.all(names.filter((name) => name !== shelf).map((name) => caches.delete(name))));
  event.waitUntil(Promise.all([clean, scope.registration.navigationPreload?.enable(), scope.clients.claim()]));
});

scope.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(open(event));
  else if (KEPT.indexOf(new URL(request.url).pathname) > 0) event.respondWith(caches.match(request.url).then((kept) => kept ?? fetch(request)));
});

/** The page from the network, or the offline page. @param {any} event */
async function open(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await caches.match(KEPT[0])) ?? Response.error();
  }
}
