// My weeks open without a network: a service worker keeps them, this page too if it was here before its worker.
const { serviceWorker } = navigator; // absent where the portal is plain http

serviceWorker?.addEventListener("controllerchange", () => fetch(location.href).catch(() => null));
serviceWorker?.register("/sw.js");
