//! The client of tonic. ../README.md has the commands. It supports plain text only.

use std::collections::BTreeMap;
use std::time::Duration;
use std::{env, fs, io};

use bytes::{Buf, BufMut};
use http::uri::PathAndQuery;
use tonic::client::Grpc;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

const CHECK: &str = "/envoy.service.auth.v3.Authorization/Check";
const UNKNOWN: &str = "/envoy.service.auth.v3.Authorization/Allow";
const HEALTH_CHECK: &str = "/grpc.health.v1.Health/Check";
const HEALTH_WATCH: &str = "/grpc.health.v1.Health/Watch";

/// Passes bytes through: messages are not tested here.
#[derive(Clone, Copy, Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Raw;
    type Decoder = Raw;
    fn encoder(&mut self) -> Raw {
        Raw
    }
    fn decoder(&mut self) -> Raw {
        Raw
    }
}

impl Encoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;
    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;
    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining()).to_vec()))
    }
}

#[derive(Clone)]
struct CheckCommand {
    times: usize,
    timeout_ms: u64,
    cancel_ms: u64,
    is_gzip: bool,
    request: Vec<u8>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = env::args().nth(1).ok_or("an address is wanted")?;
    // With its own worker the connection stays alive while the program waits for the next command.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let channel = runtime.block_on(async {
        Endpoint::from_shared(format!("http://{address}")).map(|endpoint| endpoint.connect_lazy())
    })?;
    for line in io::stdin().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["check", times, timeout_ms, cancel_ms, codec, file] => {
                let command = CheckCommand {
                    times: times.parse()?,
                    timeout_ms: timeout_ms.parse()?,
                    cancel_ms: cancel_ms.parse()?,
                    is_gzip: *codec == "gzip",
                    request: fs::read(file)?,
                };
                println!("{}", runtime.block_on(check(&channel, command)));
            }
            ["health", service] => {
                let asked = runtime.block_on(unary(&channel, HEALTH_CHECK, health_request(service), false));
                match asked {
                    Ok(reply) => println!("0 {}", health_status(&reply)),
                    Err(status) => println!("{} 0", status.code() as i32),
                }
            }
            ["watch", service] => runtime.block_on(watch(&channel, health_request(service))),
            ["unknown"] => {
                let asked = runtime.block_on(unary(&channel, UNKNOWN, Vec::new(), false));
                println!("{}", code_of(&asked));
            }
            _ => return Err("an unknown command".into()),
        }
    }
    Ok(())
}

async fn check(channel: &Channel, command: CheckCommand) -> String {
    let calls: Vec<_> = (0..command.times)
        .map(|_| {
            let (channel, command) = (channel.clone(), command.clone());
            tokio::spawn(async move {
                let call = unary_in(&channel, &command);
                if command.cancel_ms == 0 {
                    return call.await;
                }
                // Dropping a call cancels it.
                match tokio::time::timeout(Duration::from_millis(command.cancel_ms), call).await {
                    Ok(answer) => answer,
                    Err(_) => Err(Status::cancelled("dropped")),
                }
            })
        })
        .collect();
    let mut counts: BTreeMap<i32, usize> = BTreeMap::new();
    let (mut reply, mut message) = ("-".to_string(), String::new());
    for call in calls {
        let answer = call.await.unwrap_or_else(|fault| Err(Status::internal(fault.to_string())));
        *counts.entry(code_of(&answer)).or_default() += 1;
        match answer {
            Ok(bytes) if reply == "-" => reply = bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            Ok(_) => {}
            Err(status) => message = status.message().to_string(),
        }
    }
    let counted: Vec<String> = counts.iter().map(|(code, count)| format!("{code}={count}")).collect();
    format!("{} {reply} {message}", counted.join(","))
}

async fn unary_in(channel: &Channel, command: &CheckCommand) -> Result<Vec<u8>, Status> {
    let mut request = Request::new(command.request.clone());
    if command.timeout_ms > 0 {
        request.set_timeout(Duration::from_millis(command.timeout_ms));
    }
    ask(channel, CHECK, request, command.is_gzip).await
}

async fn unary(channel: &Channel, path: &'static str, message: Vec<u8>, is_gzip: bool) -> Result<Vec<u8>, Status> {
    ask(channel, path, Request::new(message), is_gzip).await
}

async fn ask(
    channel: &Channel,
    path: &'static str,
    request: Request<Vec<u8>>,
    is_gzip: bool,
) -> Result<Vec<u8>, Status> {
    let mut client = Grpc::new(channel.clone());
    if is_gzip {
        client = client.send_compressed(CompressionEncoding::Gzip);
    }
    ready(&mut client).await?;
    let reply = client.unary(request, PathAndQuery::from_static(path), Raw).await?;
    Ok(reply.into_inner())
}

async fn watch(channel: &Channel, request: Vec<u8>) {
    let mut client = Grpc::new(channel.clone());
    let code = match ready(&mut client).await {
        Err(status) => status.code(),
        Ok(()) => {
            let path = PathAndQuery::from_static(HEALTH_WATCH);
            match client.server_streaming(Request::new(request), path, Raw).await {
                Err(status) => status.code(),
                Ok(stream) => {
                    let mut stream = stream.into_inner();
                    loop {
                        match stream.message().await {
                            Ok(Some(reply)) => println!("status {}", health_status(&reply)),
                            Ok(None) => break Code::Ok,
                            Err(status) => break status.code(),
                        }
                    }
                }
            }
        }
    };
    println!("end {}", code as i32);
}

async fn ready(client: &mut Grpc<Channel>) -> Result<(), Status> {
    client.ready().await.map_err(|fault| Status::unavailable(fault.to_string()))
}

fn code_of(answer: &Result<Vec<u8>, Status>) -> i32 {
    answer.as_ref().map_or_else(|status| status.code(), |_| Code::Ok) as i32
}

fn health_request(service: &str) -> Vec<u8> {
    match service {
        "-" => Vec::new(),
        name => [&[0x0a, name.len() as u8], name.as_bytes()].concat(),
    }
}

fn health_status(reply: &[u8]) -> u8 {
    reply.get(1).copied().unwrap_or(0)
}
