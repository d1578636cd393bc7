//! What goes out: status line, security headers (vault.md §D8), body. No Server header, no CORS header, no cookie.
//!
//! Invariant: every answer carries the same headers and a policy that starts at `default-src 'none'`.

use zeroize::Zeroizing;

use super::page::Origins;

const FIXED: &str = "X-Frame-Options: DENY\r\n\
    X-Content-Type-Options: nosniff\r\n\
    Referrer-Policy: no-referrer\r\n\
    Cache-Control: no-store\r\n\
    Cross-Origin-Opener-Policy: same-origin-allow-popups\r\n\
    Cross-Origin-Resource-Policy: same-origin\r\n\
    Permissions-Policy: camera=(), microphone=(), geolocation=(), payment=(), usb=()\r\n\
    Connection: close\r\n";

/// One answer.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) policy: String,
    /// HTML; empty for an answer without a body. Wiped, because the page holds a link token.
    pub(super) body: Zeroizing<String>,
}

impl Response {
    /// The answer as it goes onto the wire.
    pub(super) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let Self { status, policy, body } = self;
        let mut bytes = Zeroizing::new(Vec::with_capacity(1024 + body.len()));
        let head = format!("HTTP/1.1 {status} {}\r\nContent-Security-Policy: {policy}\r\n{FIXED}", reason(*status));
        bytes.extend_from_slice(head.as_bytes());
        if *status == 405 {
            bytes.extend_from_slice(b"Allow: GET, POST\r\n");
        }
        if *status != 204 {
            let kind = format!("Content-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n", body.len());
            bytes.extend_from_slice(kind.as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(body.as_bytes());
        bytes
    }
}

/// The policy of pages without a script.
pub(super) fn still_policy(nonce: &str) -> String {
    format!("default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; {CLOSED}")
}

/// The policy of the page that runs Plaid's script.
pub(super) fn link_policy(nonce: &str, origins: &Origins) -> String {
    let Origins { script, frame, connect } = origins;
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' {script}; style-src 'nonce-{nonce}'; \
         style-src-elem 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; frame-src {frame}; \
         connect-src 'self' {connect}; img-src data: {frame}; font-src {frame}; {CLOSED}"
    )
}

const CLOSED: &str = "base-uri 'none'; form-action 'none'; object-src 'none'; frame-ancestors 'none'";

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        410 => "Gone",
        411 => "Length Required",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        421 => "Misdirected Request",
        431 => "Request Header Fields Too Large",
        _ => "Bad Request",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_answer_has_no_body_headers_and_no_server() {
        let response = Response { status: 204, policy: still_policy("n"), body: Zeroizing::default() };
        let text = String::from_utf8(response.to_bytes().to_vec()).unwrap();
        assert!(text.starts_with("HTTP/1.1 204 No Content\r\n") && text.ends_with("\r\n\r\n"), "{text}");
        for absent in ["Server:", "Content-Length", "Access-Control", "Set-Cookie", "Strict-Transport"] {
            assert!(!text.contains(absent), "{absent} in {text}");
        }
    }

    #[test]
    fn the_link_policy_names_plaids_origins_only() {
        let policy = link_policy("abc", &Origins::plaid("sandbox"));
        assert_eq!(
            policy,
            "default-src 'none'; script-src 'nonce-abc' https://cdn.plaid.com/link/v2/stable/link-initialize.js; \
             style-src 'nonce-abc'; style-src-elem 'nonce-abc'; style-src-attr 'unsafe-inline'; \
             frame-src https://cdn.plaid.com/; connect-src 'self' https://sandbox.plaid.com/; \
             img-src data: https://cdn.plaid.com/; font-src https://cdn.plaid.com/; base-uri 'none'; \
             form-action 'none'; object-src 'none'; frame-ancestors 'none'"
        );
    }
}
