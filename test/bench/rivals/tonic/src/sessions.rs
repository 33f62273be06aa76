use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use redis::aio::MultiplexedConnection;
use sha2::{Digest, Sha256};
use tonic::{Code, Request, Response, Status};

use crate::settings::Settings;

/// The generated messages, in modules named after their packages.
mod generated {
    include!(concat!(env!("OUT_DIR"), "/_includes.rs"));
}

pub use generated::envoy::service::auth::v3 as auth;
use generated::envoy::r#type::v3 as envoy_type;
use generated::google::rpc;

use auth::attribute_context::HttpRequest;
use auth::authorization_server::Authorization;
use auth::check_response::HttpResponse;
use auth::{CheckRequest, CheckResponse, DeniedHttpResponse, OkHttpResponse};

const UNAUTHORIZED: i32 = 401;

/// Answers Envoy: allow while the session of the cookie is live, otherwise deny.
pub struct Sessions {
    connection: MultiplexedConnection,
    script_hash: String,
    cookie: String,
    words: Vec<String>,
    nonces: AtomicU64,
}

impl Sessions {
    pub async fn connect(settings: Settings) -> redis::RedisResult<Sessions> {
        let client = redis::Client::open(format!("redis://{}", settings.redis))?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        let script_hash = redis::cmd("SCRIPT")
            .arg("LOAD")
            .arg(settings.script)
            .query_async(&mut connection)
            .await?;
        Ok(Sessions {
            connection,
            script_hash,
            cookie: format!("{}=", settings.cookie),
            words: settings.words,
            nonces: AtomicU64::new(1),
        })
    }

    fn credential_of<'a>(&self, asked: &'a HttpRequest) -> Option<&'a str> {
        let line = match asked.headers.get("cookie") {
            Some(line) => line.as_str(),
            // With encode_raw_headers Envoy sends lines instead.
            None => {
                let headers = &asked.header_map.as_ref()?.headers;
                let header = headers.iter().find(|header| header.key == "cookie")?;
                std::str::from_utf8(&header.raw_value).ok()?
            }
        };
        line.split(';')
            .find_map(|pair| pair.trim().strip_prefix(&self.cookie))
    }

    async fn is_live(&self, credential: &str) -> redis::RedisResult<bool> {
        let digest = Sha256::digest(credential.as_bytes());
        let partition = format!("curfew:1:{{{:02x}}}:", digest[0]);
        let session = URL_SAFE_NO_PAD.encode(digest);
        let nonce = self.nonces.fetch_add(1, Ordering::Relaxed).to_string();
        let mut call = redis::cmd("EVALSHA");
        call.arg(&self.script_hash)
            .arg(3)
            .arg(format!("{partition}session:{session}"))
            .arg(format!("{partition}deadlines"))
            .arg(format!("{partition}events"))
            .arg(&nonce)
            .arg(&self.words);
        let reply: String = call.query_async(&mut self.connection.clone()).await?;
        let mut words = reply.split(' ');
        Ok(words.next() == Some("live") && words.next() == Some(&nonce))
    }
}

#[tonic::async_trait]
impl Authorization for Sessions {
    async fn check(
        &self,
        request: Request<CheckRequest>,
    ) -> Result<Response<CheckResponse>, Status> {
        let asked = request
            .into_inner()
            .attributes
            .and_then(|attributes| attributes.request)
            .and_then(|request| request.http)
            .unwrap_or_default();
        let Some(credential) = self.credential_of(&asked) else {
            return Ok(Response::new(denial()));
        };
        match self.is_live(credential).await {
            Ok(true) => Ok(Response::new(allowance())),
            Ok(false) => Ok(Response::new(denial())),
            Err(fault) => Err(Status::unavailable(fault.to_string())),
        }
    }
}

fn allowance() -> CheckResponse {
    CheckResponse {
        status: Some(rpc::Status {
            code: Code::Ok as i32,
        }),
        http_response: Some(HttpResponse::OkResponse(OkHttpResponse::default())),
        dynamic_metadata: None,
    }
}

fn denial() -> CheckResponse {
    CheckResponse {
        status: Some(rpc::Status {
            code: Code::Unauthenticated as i32,
        }),
        http_response: Some(HttpResponse::DeniedResponse(DeniedHttpResponse {
            status: Some(envoy_type::HttpStatus { code: UNAUTHORIZED }),
            ..Default::default()
        })),
        dynamic_metadata: None,
    }
}
