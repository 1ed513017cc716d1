//! As much of the W3C WebDriver protocol as the tests need: JSON over one-shot HTTP requests.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

const CHROME: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
];

/// A chromedriver of our own with one Chrome; both end when it is dropped, and what they wrote goes.
pub struct Session {
    driver: Child,
    port: u16,
    id: String,
    _scratch: TempDir,
}

impl Session {
    pub fn start() -> Session {
        // The port it finds free may be taken before it listens.
        let scratch = TempDir::new().expect("a temporary folder");
        let (driver, port) = (0..3).find_map(|_| start_driver(scratch.path())).expect("chromedriver does not start");
        let mut session = Session { driver, port, id: String::new(), _scratch: scratch };
        let made = session.send(
            "POST",
            "/session",
            &json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "args": CHROME },
            "goog:loggingPrefs": { "browser": "ALL" },
        } } }),
        );
        session.id = made["sessionId"].as_str().expect("a session id").to_owned();
        session
    }

    /// A command of this session; the driver's error message fails the test.
    pub fn post(&self, command: &str, body: &Value) -> Value {
        self.send("POST", &format!("/session/{}/{command}", self.id), body)
    }

    pub fn get(&self, command: &str) -> Value {
        self.send("GET", &format!("/session/{}/{command}", self.id), &Value::Null)
    }

    /// A command of the DevTools protocol.
    pub fn devtools(&self, cmd: &str, params: &Value) -> Value {
        self.post("goog/cdp/execute", &json!({ "cmd": cmd, "params": params }))
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = request(self.port, method, path, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let value = answer.get("value").cloned().unwrap_or_default();
        match value.get("error") {
            Some(error) => panic!("{method} {path}: {error}: {}", value["message"]),
            None => value,
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Chrome ends with its session; then nobody waits for the driver.
        let _ = request(self.port, "DELETE", &format!("/session/{}", self.id), &Value::Null);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn start_driver(scratch: &Path) -> Option<(Child, u16)> {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .env("TMPDIR", scratch)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver is not installed: ./dev test installs it or says how");
    let port = port_of(&mut driver)?;
    Some((driver, port))
}

/// The driver prints "... started successfully on port 12345.", or ends.
fn port_of(driver: &mut Child) -> Option<u16> {
    let mut out = BufReader::new(driver.stdout.take().expect("its output is piped"));
    let mut line = String::new();
    while out.read_line(&mut line).expect("chromedriver prints text") > 0 {
        if let Some(port) = line.trim_end().rsplit_once("successfully on port ") {
            // Keep reading for it, or a full pipe would stop it.
            std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
            return Some(port.1.trim_end_matches('.').parse().expect("a port number"));
        }
        line.clear();
    }
    None
}

fn request(port: u16, method: &str, path: &str, body: &Value) -> std::io::Result<Value> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(120)))?;
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )?;
    let mut reader = BufReader::new(stream);
    let mut answer = vec![0; content_length(&mut reader)?];
    reader.read_exact(&mut answer)?;
    Ok(serde_json::from_slice(&answer)?)
}

fn content_length(reader: &mut impl BufRead) -> std::io::Result<usize> {
    let mut length = 0;
    for line in reader.lines() {
        let line = line?.to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().map_err(std::io::Error::other)?;
        }
    }
    Ok(length)
}
