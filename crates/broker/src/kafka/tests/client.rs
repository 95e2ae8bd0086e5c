//! A server on a loopback socket, and a client that speaks `kafka-protocol`.

use std::{sync::Arc, time::Duration};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use kafka_protocol::{
    messages::{RequestHeader, ResponseHeader},
    protocol::{Decodable, Encodable, HeaderVersion, Request},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::{
    fake::{Fake, Node},
    samples::s,
};
use crate::kafka::{Limits, Server, Traffic};

/// Far longer than anything here takes: a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Awaits what must come.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("it did not happen")
}

/// Awaits a condition that other tasks bring about.
pub(crate) async fn until(condition: impl Fn() -> bool) {
    soon(async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
}

pub(crate) struct Running {
    pub(crate) node: Arc<Fake>,
    pub(crate) server: Arc<Server<Node>>,
    pub(crate) traffic: Arc<Traffic>,
    pub(crate) shutdown: CancellationToken,
    pub(crate) serving: JoinHandle<()>,
    address: std::net::SocketAddr,
}

impl Running {
    pub(crate) async fn new() -> Self {
        Self::with(Fake::new(), Limits::default()).await
    }

    pub(crate) async fn with(node: Arc<Fake>, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let traffic = Arc::<Traffic>::default();
        let server = Server::new(Arc::new(Node(Arc::clone(&node))), limits, Arc::clone(&traffic));
        let shutdown = CancellationToken::new();
        let serving = tokio::spawn(Arc::clone(&server).serve(listener, shutdown.clone()));
        Self { node, server, traffic, shutdown, serving, address }
    }

    pub(crate) async fn connect(&self) -> Connection {
        let stream = soon(TcpStream::connect(self.address)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Connection { stream, correlation: 0 }
    }
}

pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    correlation: i32,
}

impl Connection {
    /// Sends a request; returns its correlation id.
    pub(crate) async fn send<R: Request>(&mut self, version: i16, request: &R) -> i32 {
        self.correlation += 1;
        let frame = frame(self.correlation, version, request);
        self.send_bytes(&frame).await;
        self.correlation
    }

    pub(crate) async fn send_bytes(&mut self, bytes: &[u8]) {
        soon(self.stream.write_all(bytes)).await.unwrap();
    }

    /// The next response, which must be that of `correlation`.
    pub(crate) async fn receive<R: Request>(&mut self, version: i16, correlation: i32) -> R::Response {
        let mut frame = self.receive_frame().await.expect("the connection is open");
        let header = ResponseHeader::decode(&mut frame, R::Response::header_version(version)).unwrap();
        assert_eq!(header.correlation_id, correlation);
        let response = R::Response::decode(&mut frame, version).unwrap();
        assert_eq!(frame.remaining(), 0, "bytes behind the response");
        response
    }

    pub(crate) async fn call<R: Request>(&mut self, version: i16, request: &R) -> R::Response {
        let correlation = self.send(version, request).await;
        self.receive::<R>(version, correlation).await
    }

    /// The next frame without its length; none if the server has closed.
    pub(crate) async fn receive_frame(&mut self) -> Option<Bytes> {
        let length = soon(self.stream.read_i32()).await.ok()?;
        let mut frame = vec![0; length as usize];
        soon(self.stream.read_exact(&mut frame)).await.unwrap();
        Some(frame.into())
    }

    /// Waits for the server to close, and for nothing else to come before.
    pub(crate) async fn is_closed(&mut self) -> bool {
        self.receive_frame().await.is_none()
    }
}

/// A request frame, length included.
pub(crate) fn frame<R: Request>(correlation: i32, version: i16, request: &R) -> Bytes {
    let mut frame = BytesMut::new();
    frame.put_i32(0);
    RequestHeader::default()
        .with_request_api_key(R::KEY)
        .with_request_api_version(version)
        .with_correlation_id(correlation)
        .with_client_id(Some(s("test-client")))
        .encode(&mut frame, R::header_version(version))
        .unwrap();
    request.encode(&mut frame, version).unwrap();
    let length = frame.len() as i32 - 4;
    frame[..4].copy_from_slice(&length.to_be_bytes());
    frame.freeze()
}
