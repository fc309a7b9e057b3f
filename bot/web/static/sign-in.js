"use strict";
// Telegram opens the page in an app with who opens it, signed, behind the # of the address: that
// part never leaves the browser by itself, so it is sent from here.
(() => {
  const signed = new URLSearchParams(location.hash.slice(1)).get("tgWebAppData");
  if (!signed) return;
  history.replaceState(null, "", location.pathname + location.search);
  const show = (id) => {
    for (const each of document.querySelectorAll("[data-step]")) each.hidden = each.id !== id;
  };
  show("working");
  fetch("/sign-in/telegram", {
    method: "POST",
    body: new URLSearchParams({ init_data: signed }),
    credentials: "same-origin",
    redirect: "error",
  }).then(
    (answer) => (answer.ok ? location.reload() : show("refused")),
    () => show("refused"),
  );
})();
