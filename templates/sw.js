// The portal without a network: the cadre's own weeks as they were last seen, and what those pages are made of. Nothing else
// is kept, nothing of the API, and nobody's page beyond a login or logout. Another release brings another name and starts anew.
const PAGES = "pages-{{ release }}";
const ASSETS = "assets-{{ release }}";
const WEEK = /^\/week\/(\d{4}-\d\d-\d\d\/)?$/;
const ACCOUNT = /^\/(login|logout)\/$/;
const PATIENCE = 8_000; // milliseconds until a kept page is shown instead
const ABSENT = `<!DOCTYPE html><html lang="zh-Hans"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>没有网络</title><link rel="stylesheet" href="{% static 'css/tokens.css' %}"><link rel="stylesheet" href="{% static 'css/base.css' %}">
<link rel="stylesheet" href="{% static 'css/parts.css' %}"><main class="page"><section class="panel"><div class="empty bd">
<h1>没有网络</h1><p>这一周没有存在这台设备上，联网后再打开。</p><p lang="en">No network, and this week is not kept on this device.</p>
<p><a class="btn pri" href="/week/">回到存着的一周 · Back to the week that is kept</a></p></div></section></main>`;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(replace()));

async function replace() {
  const old = (await caches.keys()).filter((name) => name !== PAGES && name !== ASSETS);
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (ACCOUNT.test(pathname)) event.waitUntil(caches.delete(PAGES));
  else if (WEEK.test(pathname) && request.method === "GET") event.respondWith(page(event));
  else if (WEEK.test(pathname) && request.method === "POST") event.respondWith(filed(request));
  else if (pathname.startsWith("/static/")) event.respondWith(asset(request));
  else if (pathname === "/" && request.mode === "navigate") event.respondWith(fetch(request).catch(() => Response.redirect("/week/")));
});

async function page(event) {
  const { url, mode } = event.request;
  const network = fetch(event.request);
  event.waitUntil(network.then((answer) => keep(new URL(url), answer.clone())).catch(() => null));
  if (mode !== "navigate") return network; // a script that asks wants to know how things stand
  const patience = new Promise((give) => setTimeout(give, PATIENCE));
  return (await Promise.race([network, patience]).catch(() => null)) ?? (await find(new URL(url))) ?? network.catch(absent);
}

const absent = () => new Response(ABSENT, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });

// A week's page says its address, also where it was asked for as the current week.
async function keep({ search }, answer) {
  const address = answer.headers.get("Content-Location");
  if (!answer.ok || !address) return;
  const html = await answer.text();
  const [pages, assets] = await Promise.all([PAGES, ASSETS].map((name) => caches.open(name)));
  const named = [...html.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map(([, path]) => path);
  await Promise.all(named.map(async (path) => (await assets.match(path, { ignoreVary: true })) ?? assets.add(path)));
  await pages.put(address + search, new Response(html, { headers: answer.headers }));
}

async function find({ pathname, search }) {
  const pages = await caches.open(PAGES);
  const newest = (await pages.keys()).map((key) => new URL(key.url).pathname).sort().at(-1);
  const path = pathname === "/week/" ? newest : pathname;
  return path && ((await pages.match(path + search)) ?? (await pages.match(path)) ?? pages.match(path, { ignoreSearch: true }));
}

// Once a week is filed, its page of before says less than the truth.
async function filed(request) {
  const answer = await fetch(request);
  if ((answer.ok && !answer.redirected) || answer.type === "opaqueredirect") {
    const pages = await caches.open(PAGES);
    await pages.delete(new URL(request.url).pathname, { ignoreSearch: true });
  }
  return answer;
}

async function asset(request) {
  const assets = await caches.open(ASSETS);
  return (await assets.match(request, { ignoreVary: true })) ?? fetch(request);
}
