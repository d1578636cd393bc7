// Stand-in for Plaid's link-initialize.js: opens the sandbox's Link page in a frame and hands its outcome on.
(() => {
  "use strict";
  const home = new URL(document.currentScript.src).origin;

  const create = (options) => {
    let frame = null;

    const close = () => {
      window.removeEventListener("message", hear);
      if (frame) frame.remove();
      frame = null;
    };

    const hear = (event) => {
      if (!frame || event.origin !== home || event.source !== frame.contentWindow) return;
      const { source, events, success, exit } = event.data;
      if (source !== "bursar-sandbox-link") return;
      close();
      for (const { event_name, event_metadata } of [...events].reverse()) tell("onEvent", event_name, event_metadata);
      if (success) tell("onSuccess", success.public_token, success.metadata);
      else tell("onExit", exit.error, exit.metadata);
    };

    const tell = (name, ...words) => {
      if (typeof options[name] === "function") options[name](...words);
    };

    const open = () => {
      if (frame) return;
      const query = new URLSearchParams({ token: options.token, origin: location.origin });
      frame = document.createElement("iframe");
      frame.id = "plaid-link-iframe-1";
      frame.title = "Plaid Link";
      frame.src = `${home}/link/v2/stable/link.html?${query}`;
      Object.assign(frame.style, { position: "fixed", inset: "0", width: "100%", height: "100%", border: "0", zIndex: "9999" });
      window.addEventListener("message", hear);
      document.body.append(frame);
    };

    const exit = () => {
      if (!frame) return;
      close();
      tell("onExit", null, { institution: null, status: null, link_session_id: "", request_id: "" });
    };

    setTimeout(() => tell("onLoad"), 0);
    return { open, exit, destroy: close, submit: () => {} };
  };

  window.Plaid = { create, version: "sandbox" };
})();
