"use strict";
/* The editor says when what was typed is not saved. Saving itself is htmx's, and the button's. */
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("editor");
  const told = document.getElementById("saved");
  if (!form || !told) return;
  let edits = 0, sent = 0, safe = 0;

  function tell(text, bad) {
    const line = document.createElement("p");
    line.className = bad ? "flash bad" : "soft";
    if (bad) line.setAttribute("role", "alert");
    line.textContent = text;
    told.replaceChildren(line);
  }

  form.addEventListener("input", () => {
    if (edits++ === safe) tell("Not saved yet …", false);
  });
  form.addEventListener("htmx:configRequest", (event) => {
    if (event.target === form) sent = edits;
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== form) return;
    if (!event.detail.successful) {
      tell("Not saved: the console does not answer. Keep this page open; it is tried again when you type.", true);
    } else if (!told.querySelector("[role=alert]")) {
      safe = sent;
    }
  });
  form.addEventListener("submit", () => { safe = edits; });
  window.addEventListener("beforeunload", (event) => {
    if (edits !== safe) event.preventDefault();
  });
});
