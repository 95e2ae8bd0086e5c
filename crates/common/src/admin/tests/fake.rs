//! Nodes and people that do what a test says.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::admin::Problem;
use crate::admin::command::Console;

/// What a node does with a request.
#[derive(Clone)]
pub(super) enum Reply {
    /// It answers with a status and a body.
    Answer(u16, String),
    /// It reads the request, and dies.
    HangUp,
}

impl Reply {
    pub(super) fn ok(body: &impl Serialize) -> Self {
        Self::Answer(200, serde_json::to_string(body).unwrap())
    }

    pub(super) fn problem(status: u16, code: &str) -> Self {
        let problem = Problem::new(status, code, "Title", "the detail", "the hint");
        Self::Answer(status, serde_json::to_string(&problem).unwrap())
    }
}

/// A node that answers one request after the other from a list, and all later
/// ones with the last of it.
pub(super) struct FakeNode {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl FakeNode {
    pub(super) async fn with(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        tokio::spawn(async move {
            let mut replies = replies.into_iter().peekable();
            let mut reply = None;
            while let Ok((mut stream, _)) = listener.accept().await {
                reply = replies.next().or(reply);
                let request = read_request(&mut stream).await;
                seen.lock().unwrap().push(request);
                if let Some(Reply::Answer(status, body)) = &reply {
                    let length = body.len();
                    let head = format!(
                        "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
                    );
                    stream.write_all((head + body).as_bytes()).await.unwrap();
                }
            }
        });
        Self { address, requests }
    }

    pub(super) async fn answering(status: u16, body: impl Into<String>) -> Self {
        Self::with(vec![Reply::Answer(status, body.into())]).await
    }

    pub(super) async fn serving(body: &impl Serialize) -> Self {
        Self::with(vec![Reply::ok(body)]).await
    }

    pub(super) async fn refusing(status: u16, code: &str) -> Self {
        Self::with(vec![Reply::problem(status, code)]).await
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How often it was asked.
    pub(super) fn asked(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    /// The first lines and the bodies of all requests.
    pub(super) fn requests(&self) -> Vec<String> {
        let short = |request: &String| {
            let (head, body) = request.split_once("\r\n\r\n").unwrap();
            let line = head.lines().next().unwrap().trim_end_matches(" HTTP/1.1");
            format!("{line} {body}").trim_end().to_owned()
        };
        self.requests.lock().unwrap().iter().map(short).collect()
    }

    /// All of the last request.
    pub(super) fn last_request(&self) -> String {
        self.requests.lock().unwrap().last().cloned().unwrap_or_default()
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(request).unwrap();
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    head + &String::from_utf8(body).unwrap()
}

/// An address where nobody listens.
pub(super) async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// A person, or a log if there is nobody.
#[derive(Default)]
pub(super) struct FakeConsole {
    /// What the person types when asked; `None`: nobody is there.
    types: Option<String>,
    /// Whether it is a terminal.
    rewrites: bool,
    /// Whether the person interrupts once there is progress.
    impatient: bool,
    progress: Notify,
    told: Mutex<Vec<String>>,
}

impl FakeConsole {
    /// A log that nobody reads now.
    pub(super) fn log() -> Self {
        Self::default()
    }

    /// A person who types this when asked.
    pub(super) fn typing(answer: &str) -> Self {
        Self { types: Some(answer.into()), rewrites: true, ..Self::default() }
    }

    /// A person who presses Ctrl-C when there is progress.
    pub(super) fn impatient() -> Self {
        Self { impatient: true, ..Self::default() }
    }

    /// All lines.
    pub(super) fn told(&self) -> String {
        self.told.lock().unwrap().join("\n")
    }

    fn tell(&self, line: &str) {
        self.told.lock().unwrap().push(line.into());
    }
}

impl Console for FakeConsole {
    fn is_attended(&self) -> bool {
        self.types.is_some()
    }

    fn rewrites(&self) -> bool {
        self.rewrites
    }

    fn progress(&self, line: &str) {
        self.tell(line);
        self.progress.notify_one();
    }

    fn note(&self, line: &str) {
        self.tell(line);
    }

    fn ask(&self, question: &str) -> io::Result<String> {
        self.tell(question);
        Ok(format!("{}\n", self.types.as_deref().unwrap_or_default()))
    }

    fn interrupted(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            if self.impatient {
                self.progress.notified().await;
            } else {
                std::future::pending::<()>().await;
            }
        })
    }
}
