"use strict";
(() => {
  const nonce = document.currentScript.nonce;
  const token = JSON.parse(document.getElementById("link-token").textContent);
  const title = document.getElementById("title");
  const text = document.getElementById("text");
  const again = document.getElementById("again");
  let sent = false;

  const say = (heading, body) => {
    title.textContent = heading;
    document.title = heading + " · bursar";
    text.textContent = body;
    again.hidden = true;
    document.body.dataset.state = "done";
  };

  // The listener takes 8 KiB; a long list of accounts is cut, it only helps to recognise a duplicate.
  const pack = (body) => {
    const accounts = body.success ? body.success.accounts : [];
    let packed = JSON.stringify(body);
    while (new TextEncoder().encode(packed).length > 8000 && accounts.length > 0) {
      accounts.pop();
      packed = JSON.stringify(body);
    }
    return packed;
  };

  const hand = async (body, heading, message) => {
    if (sent) return;
    sent = true;
    try {
      const answer = await fetch(location.pathname, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: pack(body),
        credentials: "omit",
        cache: "no-store",
        redirect: "error",
      });
      if (!answer.ok) throw new Error(String(answer.status));
      say(heading, message);
    } catch (_) {
      say("bursar did not hear the answer", "It may have been stopped. Go back to the terminal and run bursar link again.");
    }
  };

  if (typeof Plaid === "undefined") {
    say("Plaid’s script did not load", "A content blocker or the network stopped it. Allow cdn.plaid.com, or run bursar link --hosted.");
    document.body.dataset.state = "blocked";
    return;
  }

  const handler = Plaid.create({
    token,
    cspNonce: nonce,
    onSuccess: (publicToken, metadata) => {
      const seen = metadata || {};
      const bank = seen.institution;
      hand(
        {
          success: {
            public_token: publicToken,
            institution: bank ? { id: String(bank.institution_id || ""), name: String(bank.name || "") } : null,
            accounts: (seen.accounts || []).map((account) => ({
              name: String(account.name || ""),
              mask: account.mask ? String(account.mask) : null,
            })),
          },
        },
        "Your bank is connected",
        "You can close this tab; bursar goes on in the terminal.",
      );
    },
    onExit: (error, metadata) => {
      hand(
        { exit: { error_code: (error && error.error_code) || null, status: (metadata && metadata.status) || null } },
        "Nothing was connected",
        "You can close this tab; bursar says in the terminal how to try again.",
      );
    },
  });
  again.addEventListener("click", () => handler.open());
  again.hidden = false;
  handler.open();
})();
