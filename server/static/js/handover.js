// What every page needs: htmx requests carry the form token, and a refusal they get is shown at the top.
"use strict";

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]');
  if (token) event.detail.headers["X-CSRFToken"] = token.content;
});

document.addEventListener("htmx:responseError", (event) => {
  const notices = document.getElementById("notices");
  if (!notices) return;
  notices.innerHTML = event.detail.xhr.responseText; // our own server's fragment, escaped there
  notices.scrollIntoView({ block: "nearest" });
});

// A form that takes a while says so, and is not sent twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  if ((form.method || "").toLowerCase() === "post") {
    form.dataset.sent = "1";
    const wait = form.querySelector("[data-wait]");
    if (wait) { wait.textContent = wait.dataset.wait; wait.setAttribute("aria-busy", "true"); }
  }
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});
