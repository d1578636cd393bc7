//! The few commands of W3C `WebDriver` that the tests need, as JSON over HTTP to a chromedriver of this machine.
//!
//! The crates for this bring forty packages, older generations of several, and a licence outside deny.toml.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// The key under which `WebDriver` hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How long a page may take on a machine under full load.
const PATIENCE: Duration = Duration::from_secs(30);

/// Install hint when a part is missing; browser tests never skip.
const INSTALL: &str = "the browser tests need Chromium and its driver: apt-get install chromium chromium-driver";

/// A headless Chromium with an empty profile.
pub(crate) struct Browser {
    driver: Child,
    port: u16,
    session: String,
    // Removed last, when nothing writes into it any more.
    profile: tempfile::TempDir,
}

impl Browser {
    pub(crate) fn start() -> Self {
        let profile = tempfile::Builder::new().prefix("bursar-browser-").tempdir().unwrap();
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .env("TMPDIR", profile.path())
            .env("HOME", profile.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("chromedriver does not start ({error}); {INSTALL}"));
        let port = port(&mut driver);
        let mut browser = Self { driver, port, session: String::new(), profile };
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-proxy-server",
            &format!("--user-data-dir={}", browser.profile.path().join("profile").display()),
        ];
        let options = json!({"args": arguments});
        let wanted =
            json!({"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}});
        let answer = browser.send("POST", "/session", Some(&json!({"capabilities": {"alwaysMatch": wanted}})));
        let answer = answer.unwrap_or_else(|error| panic!("Chromium does not start ({error}); {INSTALL}"));
        browser.session = format!("/session/{}", answer["sessionId"].as_str().unwrap());
        browser
    }

    pub(crate) fn visit(&self, url: &str) {
        self.post("url", &json!({"url": url}));
    }

    /// Whether nothing answers at an address any more.
    pub(crate) fn fails_to_visit(&self, url: &str) -> bool {
        self.call("POST", "url", Some(&json!({"url": url}))).is_err()
    }

    pub(crate) fn reload(&self) {
        self.post("refresh", &json!({}));
    }

    pub(crate) fn url(&self) -> String {
        self.get("url").as_str().unwrap().to_owned()
    }

    /// Waits for an element and returns its visible text.
    pub(crate) fn text(&self, css: &str) -> String {
        let element = self.find(css);
        self.get(&format!("element/{element}/text")).as_str().unwrap().to_owned()
    }

    /// Waits until an element's visible text contains the words.
    pub(crate) fn wait_for(&self, css: &str, words: &str) {
        self.wait(&format!("{words:?} in {css}"), || {
            let found = self.try_find(css)?;
            let text = self.call("GET", &format!("element/{found}/text"), None).ok()?;
            text.as_str()?.contains(words).then_some(())
        });
    }

    /// Waits for an element and clicks it.
    pub(crate) fn click(&self, css: &str) {
        self.wait(&format!("a click on {css}"), || {
            let found = self.try_find(css)?;
            self.call("POST", &format!("element/{found}/click"), Some(&json!({}))).ok()
        });
    }

    /// Waits for a field and replaces its content.
    pub(crate) fn fill(&self, css: &str, text: &str) {
        let element = self.find(css);
        self.post(&format!("element/{element}/clear"), &json!({}));
        self.post(&format!("element/{element}/value"), &json!({"text": text}));
    }

    /// Goes into a frame of the page; what follows concerns its document.
    pub(crate) fn enter_frame(&self, css: &str) {
        let element = self.find(css);
        self.post("frame", &json!({"id": {ELEMENT: element}}));
    }

    /// Goes back to the page that holds all frames.
    pub(crate) fn leave_frame(&self) {
        self.post("frame", &json!({"id": null}));
    }

    /// Runs a script; a promise is waited for.
    pub(crate) fn script(&self, script: &str) -> Value {
        self.post("execute/sync", &json!({"script": script, "args": []}))
    }

    /// What the page wrote to its console since the last look; blocked loads are there too.
    pub(crate) fn console(&self) -> Vec<String> {
        let entries = self.post("se/log", &json!({"type": "browser"}));
        entries.as_array().unwrap().iter().map(|entry| entry["message"].as_str().unwrap().to_owned()).collect()
    }

    fn find(&self, css: &str) -> String {
        self.wait(&format!("an element {css}"), || self.try_find(css))
    }

    fn try_find(&self, css: &str) -> Option<String> {
        let found = self.call("POST", "element", Some(&json!({"using": "css selector", "value": css}))).ok()?;
        found[ELEMENT].as_str().map(str::to_owned)
    }

    fn wait<T>(&self, what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            if let Some(found) = attempt() {
                return found;
            }
            assert!(began.elapsed() < PATIENCE, "no {what} at {}:\n{}", self.url(), self.get("source"));
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    fn get(&self, command: &str) -> Value {
        self.call("GET", command, None).unwrap()
    }

    fn post(&self, command: &str, body: &Value) -> Value {
        self.call("POST", command, Some(body)).unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    fn call(&self, method: &str, command: &str, body: Option<&Value>) -> Result<Value, String> {
        self.send(method, &format!("{}/{command}", self.session), body)
    }

    fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let text = body.map(Value::to_string).unwrap_or_default();
        let answer = exchange(self.port, method, path, &text).map_err(|error| error.to_string())?;
        let mut answer: Value = serde_json::from_str(&answer).map_err(|error| format!("{error}: {answer}"))?;
        let value = answer["value"].take();
        match value.get("error").and_then(Value::as_str) {
            Some(error) => Err(format!("{error}: {}", value["message"].as_str().unwrap_or_default())),
            None => Ok(value),
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let _ = self.send("DELETE", &self.session, None);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Reads the port that chromedriver chose from what it prints.
fn port(driver: &mut Child) -> u16 {
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let line = lines.find_map(|line| line.ok().filter(|line| line.contains("successfully on port ")));
    let line = line.unwrap_or_else(|| panic!("chromedriver ended at once; {INSTALL}"));
    // Somebody must go on reading, or the driver would block when it prints more.
    std::thread::spawn(move || lines.for_each(drop));
    let digits = |word: &str| word.trim_matches(|c: char| !c.is_ascii_digit()).parse().ok();
    line.split("successfully on port ").nth(1).and_then(digits).unwrap_or_else(|| panic!("no port in {line:?}"))
}

/// One request and its answer's body.
fn exchange(port: u16, method: &str, path: &str, body: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE * 2))?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )?;
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(String::from_utf8(body).unwrap())
}
