//! A rival to compare with: a purpose-built server in Rust that checks sessions for Envoy, and does nothing else.
//! One cookie, one script, one answer: no policies, no metrics, no metadata, no limits.

mod sessions;
mod settings;

use sessions::{Sessions, auth::authorization_server::AuthorizationServer};
use settings::Settings;
use tonic::transport::Server;

type Fault = Box<dyn std::error::Error>;

fn main() -> Result<(), Fault> {
    let settings = Settings::from_arguments()?;
    // It has one core, so more threads would only wait for each other.
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(serve(settings))
}

async fn serve(settings: Settings) -> Result<(), Fault> {
    let address = settings.address.parse()?;
    let sessions = Sessions::connect(settings).await?;
    Server::builder()
        .add_service(AuthorizationServer::new(sessions))
        .serve(address)
        .await?;
    Ok(())
}
