// The desk's countdowns, each second by the server's clock; and a word when the page is not live.
"use strict";
(() => {
  const desk = document.getElementById("desk");
  const told = document.getElementById("live");
  if (!desk || !told) return;
  const ahead = Date.parse(desk.dataset.now) - Date.now();

  // As mailer/web/desk_page.py: countdown.
  const said = (ms) => {
    const seconds = Math.floor(Math.abs(ms) / 1000);
    const two = (n) => String(n).padStart(2, "0");
    const days = Math.floor(seconds / 86400);
    const hours = Math.floor(seconds / 3600) % 24;
    const minutes = Math.floor(seconds / 60) % 60;
    let text = `${two(minutes)}:${two(seconds % 60)}`;
    if (days) text = `${days} d ${hours} h`;
    else if (hours) text = `${hours} h ${two(minutes)} min`;
    return ms >= 0 ? text : `${text} late`;
  };

  const count = () => {
    const now = Date.now() + ahead;
    for (const one of document.querySelectorAll("[data-until]")) {
      const left = Date.parse(one.dataset.until) - now;
      const text = said(left);
      one.classList.toggle("late", left < 0);
      if (one.textContent !== text) one.textContent = text;
    }
  };
  count();
  setInterval(count, 1000);

  const say = (text, off) => {
    told.textContent = text;
    told.classList.toggle("off", off);
  };
  say("Live", false);
  desk.addEventListener("htmx:sseOpen", (event) => {
    say("Live", false);
    event.detail.source.addEventListener("blind", () => say("Not live: the ledger cannot be read; trying again", true));
  });
  desk.addEventListener("htmx:sseError", () => say("Not live: the console does not answer; trying again", true));
  desk.addEventListener("htmx:sseClose", () => say("Not live: your session has ended; load the page again", true));
  desk.addEventListener("htmx:sseBeforeMessage", () => say("Live", false));
})();
