//! Attacks on the live listener: everything vault.md §D promises, over real sockets.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    time::{Duration, Instant},
};

use bursar::{
    loopback::{Event, Exit, Limits, LinkPage, Listener, Mode, Origins},
    secret::Secret,
};

const PUBLIC: &str = "public-sandbox-3b9687f0-3abd-4913-9889-f0ba816d4a3a";

fn page() -> Mode {
    Mode::Page(Box::new(LinkPage {
        link_token: Secret::new("link-sandbox-</script>".to_owned()),
        environment: "sandbox",
        origins: Origins::plaid("sandbox"),
    }))
}

/// Budgets small enough for a test to run into them.
fn quick() -> Limits {
    Limits { exchange: Duration::from_millis(300), ..Limits::default() }
}

struct Target {
    listener: Listener,
    host: String,
    path: String,
}

impl Target {
    fn new(mode: Mode, limits: Limits) -> Self {
        let listener = Listener::start(mode, limits).unwrap();
        let url = listener.url();
        let rest = url.expose().strip_prefix("http://").unwrap();
        let (host, path) = rest.split_once('/').unwrap();
        let (host, path) = (host.to_owned(), format!("/{path}"));
        Self { listener, host, path }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.listener.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream
    }

    /// Sends bytes and reads whatever comes until the listener closes.
    fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        // A listener that closes early must not fail the sender's test.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8(answer).unwrap()
    }

    fn get(&self, path: &str, headers: &str) -> String {
        self.raw(format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{headers}\r\n", self.host).as_bytes())
    }

    fn post(&self, headers: &str, body: &str) -> String {
        let length = body.len();
        let head =
            format!("POST {} HTTP/1.1\r\nHost: {}\r\nContent-Length: {length}\r\n{headers}\r\n", self.path, self.host);
        self.raw(format!("{head}{body}").as_bytes())
    }

    /// What the page itself would post.
    fn own_post(&self, body: &str) -> String {
        let headers = format!(
            "Content-Type: application/json\r\nOrigin: http://{}\r\nSec-Fetch-Site: same-origin\r\n",
            self.host
        );
        self.post(&headers, body)
    }

    fn quiet(&self) -> bool {
        self.listener.wait(Duration::ZERO).is_none()
    }
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("none")
}

fn success() -> String {
    format!(
        r#"{{"success":{{"public_token":"{PUBLIC}","institution":{{"id":"ins_1","name":"Bank"}},"accounts":[{{"name":"Checking","mask":"0000"}}]}}}}"#
    )
}

#[test]
fn the_page_is_served_with_every_header_and_reloads_until_the_answer() {
    let target = Target::new(page(), Limits::default());
    for _ in 0..2 {
        let answer = target.get(&target.path, "Sec-Fetch-Site: none\r\n");
        assert_eq!(status(&answer), "200");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        for expected in [
            "script-src 'nonce-",
            "frame-ancestors 'none'",
            "X-Frame-Options: DENY",
            "X-Content-Type-Options: nosniff",
            "Referrer-Policy: no-referrer",
            "Cache-Control: no-store",
            "Connection: close",
            "Cross-Origin-Opener-Policy: same-origin-allow-popups",
            "Cross-Origin-Resource-Policy: same-origin",
            "Permissions-Policy: camera=()",
        ] {
            assert!(head.contains(expected), "{expected} missing in {head}");
        }
        for absent in ["Server:", "Access-Control-", "Set-Cookie", "Strict-Transport-Security"] {
            assert!(!head.contains(absent), "{absent} in {head}");
        }
        assert!(body.contains(r#""link-sandbox-\u003c/script>""#), "{body}");
    }
    assert!(target.quiet());
}

#[test]
fn each_page_has_its_own_nonce() {
    let target = Target::new(page(), Limits::default());
    let nonce = || target.get(&target.path, "").split("'nonce-").nth(1).unwrap().chars().take(43).collect::<String>();
    assert_ne!(nonce(), nonce());
}

#[test]
fn a_public_token_is_taken_once_then_gone() {
    let target = Target::new(page(), Limits::default());
    assert_eq!(status(&target.own_post(&success())), "204");
    let Some(Event::PublicToken(handover)) = target.listener.wait(Duration::from_secs(5)) else { panic!("no token") };
    assert_eq!(handover.public_token.expose(), PUBLIC);
    assert_eq!(handover.institution.unwrap().0, "ins_1");
    assert_eq!(handover.accounts, [("Checking".to_owned(), Some("0000".to_owned()))]);
    assert_eq!(status(&target.own_post(&success())), "410");
    assert_eq!(status(&target.get(&target.path, "")), "410", "a reload");
    assert!(target.quiet());
}

#[test]
fn leaving_link_is_an_answer_too() {
    let target = Target::new(page(), Limits::default());
    let left = r#"{"exit":{"error_code":"INVALID_CREDENTIALS","status":"requires_credentials"}}"#;
    assert_eq!(status(&target.own_post(left)), "204");
    let Some(Event::Exited(exit)) = target.listener.wait(Duration::from_secs(5)) else { panic!("no exit") };
    let expected =
        Exit { error_code: Some("INVALID_CREDENTIALS".to_owned()), status: Some("requires_credentials".to_owned()) };
    assert_eq!(exit, expected);
    assert_eq!(status(&target.get(&target.path, "")), "410");
}

#[test]
fn the_landing_page_wakes_the_terminal_once() {
    let target = Target::new(Mode::Landing, Limits::default());
    let navigation = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n";
    let answer = target.get(&format!("{}?link_session_id=x", target.path), navigation);
    assert_eq!(status(&answer), "200");
    assert!(answer.contains("default-src 'none'") && !answer.contains("script-src"), "{answer}");
    assert!(matches!(target.listener.wait(Duration::from_secs(5)), Some(Event::Landed)));
    assert_eq!(status(&target.get(&target.path, navigation)), "410");
    assert_eq!(status(&target.own_post("{}")), "410");
    assert!(target.quiet());
}

#[test]
fn a_landing_page_takes_no_post() {
    let target = Target::new(Mode::Landing, Limits::default());
    assert_eq!(status(&target.own_post(&success())), "405");
    assert!(target.quiet());
}

#[test]
fn a_wrong_path_finds_nothing() {
    let target = Target::new(page(), Limits::default());
    let mut near = target.path.clone();
    near.pop();
    for path in
        ["/", "/favicon.ico", &near, &format!("{}/", target.path), &format!("http://{}{}", target.host, target.path)]
    {
        assert_eq!(status(&target.get(path, "")), "404", "{path}");
    }
    assert!(target.quiet());
}

#[test]
fn a_wrong_host_is_misdirected() {
    let target = Target::new(page(), Limits::default());
    let port = target.listener.address().port();
    let ask =
        |hosts: &str| status(&target.raw(format!("GET {} HTTP/1.1\r\n{hosts}\r\n", target.path).as_bytes())).to_owned();
    for host in [
        "evil.example".to_owned(),
        "127.0.0.1".to_owned(),
        format!("localhost:{port}"),
        format!("127.0.0.1:{port}.evil.example"),
    ] {
        assert_eq!(ask(&format!("Host: {host}\r\n")), "421", "{host}");
    }
    assert_eq!(ask(""), "421", "no host");
    assert_eq!(ask(&format!("Host: {0}\r\nHost: {0}\r\n", target.host)), "421", "two hosts");
    assert_eq!(ask(&format!("Host: {}\r\nHost: evil.example\r\n", target.host)), "421", "two hosts");
}

#[test]
fn a_forged_post_is_refused() {
    let target = Target::new(page(), Limits::default());
    let json = "Content-Type: application/json\r\n";
    let own = format!("Origin: http://{}\r\n", target.host);
    let body = success();
    assert_eq!(status(&target.post(json, &body)), "403", "no origin");
    assert_eq!(status(&target.post(&format!("{json}Origin: https://evil.example\r\n"), &body)), "403");
    assert_eq!(status(&target.post(&format!("{json}Origin: null\r\n"), &body)), "403");
    assert_eq!(status(&target.post(&format!("{json}{own}{own}"), &body)), "403", "two origins");
    assert_eq!(status(&target.post(&format!("{json}{own}Sec-Fetch-Site: cross-site\r\n"), &body)), "403");
    assert_eq!(status(&target.post(&format!("{own}Content-Type: text/plain\r\n"), &body)), "415", "a simple form");
    let stranger = body.replace("public-sandbox", "public-production");
    assert_eq!(status(&target.own_post(&stranger)), "400", "another environment's token");
    assert_eq!(status(&target.own_post(r#"{"success":{}}"#)), "400");
    assert_eq!(status(&target.own_post(&body.replacen('{', r#"{"extra":1,"#, 1))), "400", "unknown field");
    assert_eq!(status(&target.own_post(&format!("{{\"x\":\"{}\"}}", "y".repeat(9000)))), "413");
    assert!(target.quiet());
    assert_eq!(status(&target.own_post(&body)), "204", "and the real page still works");
}

#[test]
fn a_page_of_another_site_cannot_fetch_or_frame_it() {
    let target = Target::new(Mode::Landing, Limits::default());
    for headers in [
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n",
        "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n",
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n",
        "Origin: https://evil.example\r\n",
    ] {
        assert_eq!(status(&target.get(&target.path, headers)), "403", "{headers}");
    }
    assert!(target.quiet());
}

#[test]
fn other_methods_and_chunked_bodies_are_refused() {
    let target = Target::new(page(), Limits::default());
    let ask = |method: &str, headers: &str| {
        let head = format!("{method} {} HTTP/1.1\r\nHost: {}\r\n{headers}\r\n", target.path, target.host);
        target.raw(head.as_bytes())
    };
    for method in ["HEAD", "PUT", "DELETE", "OPTIONS", "CONNECT", "get"] {
        assert_eq!(status(&ask(method, "")), "405", "{method}");
    }
    assert_eq!(status(&ask("POST", "Transfer-Encoding: chunked\r\n")), "400");
    assert_eq!(status(&ask("POST", "Content-Length: 3\r\nTransfer-Encoding: identity\r\n")), "400");
    assert_eq!(status(&ask("POST", "Content-Type: application/json\r\n")), "411");
    assert_eq!(status(&ask("POST", "Content-Length: 999999999999999999999\r\n")), "413");
    assert_eq!(status(&target.raw(b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n")), "400", "TLS");
}

#[test]
fn an_endless_header_is_cut_at_once() {
    let target = Target::new(page(), Limits::default());
    let began = Instant::now();
    let mut stream = target.connect();
    let block = vec![b'a'; 64 * 1024];
    let _ = write!(stream, "GET {} HTTP/1.1\r\nX: ", target.path);
    let mut sent = 0;
    while sent < 8 * 1024 * 1024 && stream.write_all(&block).is_ok() {
        sent += block.len();
    }
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    assert!(began.elapsed() < Duration::from_secs(2), "took {:?}", began.elapsed());
    assert_eq!(status(&target.get(&target.path, "")), "200", "and it still serves");
}

#[test]
fn a_slow_sender_is_cut_at_the_deadline_however_lively() {
    let target = Target::new(page(), quick());
    let began = Instant::now();
    let mut stream = target.connect();
    stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let mut block = [0; 512];
    let cut = loop {
        // A byte at a time, so that no single read ever times out.
        if stream.write_all(b"G").is_err() {
            break true;
        }
        match stream.read(&mut block) {
            Ok(0) => break true,
            Err(_) if began.elapsed() > Duration::from_secs(4) => break false,
            Ok(_) | Err(_) => {}
        }
    };
    assert!(cut && began.elapsed() < Duration::from_secs(3), "cut: {cut} after {:?}", began.elapsed());
}

#[test]
fn three_hundred_idle_connections_cost_sixteen() {
    let target = Target::new(page(), quick());
    let idle: Vec<TcpStream> = (0..300).map(|_| target.connect()).collect();
    let threads = || {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap();
        tasks
            .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok())
            .filter(|name| name.trim_end() == "loopback-visit")
            .count()
    };
    // Other tests of this process have visits of their own, at most a few at a time.
    assert!(threads() <= 16 + 24, "{} threads", threads());
    let closed = idle
        .iter()
        .filter(|stream| {
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            matches!((&mut &**stream).read(&mut [0; 1]), Ok(_) | Err(_))
        })
        .count();
    assert_eq!(closed, 300);
    drop(idle);
    let mut answer = String::new();
    for _ in 0..50 {
        answer = target.get(&target.path, "");
        if status(&answer) == "200" {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("does not serve again: {answer}");
}

#[test]
#[cfg(target_os = "linux")]
fn another_users_connection_gets_nothing() {
    let mine = Limits::default().owner.unwrap();
    let target = Target::new(page(), Limits { owner: Some(mine + 1), ..Limits::default() });
    assert_eq!(target.get(&target.path, ""), "");
    assert!(target.quiet());
}

#[test]
fn its_time_runs_out() {
    let target = Target::new(page(), Limits { total: Duration::from_millis(30), ..Limits::default() });
    assert!(matches!(target.listener.wait(Duration::from_secs(5)), Some(Event::TimedOut)));
    assert_eq!(target.get(&target.path, ""), "");
}

#[test]
fn a_dropped_listener_closes_its_port() {
    let target = Target::new(page(), Limits::default());
    let address = target.listener.address();
    assert!(address.ip().is_loopback());
    drop(target);
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn a_half_closed_client_still_gets_its_answer() {
    let target = Target::new(page(), Limits::default());
    let mut stream = target.connect();
    write!(stream, "GET {} HTTP/1.1\r\nHost: {}\r\n\r\n", target.path, target.host).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(status(&answer), "200");
}
