// The network badge: <span data-net data-on="在线" data-off="离线">. Banners marked data-offline show only without a network.
function tell() {
  const online = navigator.onLine;
  for (const badge of document.querySelectorAll("[data-net]")) {
    badge.textContent = online ? badge.dataset.on : badge.dataset.off;
    badge.classList.toggle("off", !online);
  }
  for (const banner of document.querySelectorAll("[data-offline]")) banner.hidden = online;
}

addEventListener("online", tell);
addEventListener("offline", tell);
tell();
