//! A plain static file server, as a documentation host would be: no special headers except a
//! policy as strict as one may be asked for, and everything below a sub-path.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Where the site is mounted: nothing may assume the root.
const MOUNT: &str = "/docs/some/where/";

const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
                      connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";

/// Serves a folder on a free port, for as long as the test program lives.
pub struct Server {
    port: u16,
    shared: Arc<Shared>,
}

/// What the server's threads and the test both know.
struct Shared {
    folder: PathBuf,
    asked: Mutex<Vec<String>>,
    /// Answer 404 for paths that end so.
    missing: Mutex<Option<&'static str>>,
}

impl Server {
    pub fn start(folder: &Path) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared { folder: folder.to_owned(), asked: Mutex::default(), missing: Mutex::default() });
        let known = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let known = known.clone();
                // A browser that hangs up in the middle is no failure.
                std::thread::spawn(move || answer(stream, &known).ok());
            }
        });
        Server { port, shared }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{MOUNT}{path}", self.port)
    }

    /// The paths asked for so far, in order.
    pub fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().expect("no thread panics while it holds the log").clone()
    }

    /// From now on files whose names end so are not there, or all are again.
    pub fn lose(&self, ending: Option<&'static str>) {
        *self.shared.missing.lock().expect("no thread panics while it holds it") = ending;
    }
}

fn answer(stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let target = line.split(' ').nth(1).unwrap_or("/").to_owned();
    while line.trim_end() != "" {
        line.clear();
        reader.read_line(&mut line)?;
    }
    let path = target.split(['?', '#']).next().unwrap_or_default();
    shared.asked.lock().expect("no thread panics while it holds the log").push(path.to_owned());
    let missing = *shared.missing.lock().expect("no thread panics while it holds it");
    let file = file_of(path, &shared.folder).filter(|_| !missing.is_some_and(|ending| path.ends_with(ending)));
    let mut stream = reader.into_inner();
    match file.and_then(|file| Some((kind(&file), std::fs::read(file).ok()?))) {
        Some((kind, body)) => respond(&mut stream, "200 OK", kind, &body),
        None => respond(&mut stream, "404 Not Found", "text/plain", path.as_bytes()),
    }
}

/// The file behind a path below the mount; `None` for anything that would leave the folder.
fn file_of(path: &str, folder: &Path) -> Option<PathBuf> {
    let inside = path.strip_prefix(MOUNT)?;
    let inside = if inside.is_empty() { "index.html" } else { inside };
    let climbs = inside.split('/').any(|part| part == "..");
    (!climbs).then(|| folder.join(inside))
}

fn kind(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}

fn respond(to: &mut TcpStream, status: &str, kind: &str, body: &[u8]) -> std::io::Result<()> {
    let length = body.len();
    write!(
        to,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
         Content-Security-Policy: {POLICY}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    )?;
    to.write_all(body)
}
