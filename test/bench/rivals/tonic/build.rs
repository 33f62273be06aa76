//! Messages and service from the repository's own wire definitions, without a `protoc`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = "../../../../proto";
    let service = "envoy/service/auth/v3/external_auth.proto";
    println!("cargo::rerun-if-changed={root}");
    let definitions = protox::compile([service], [root])?;
    tonic_prost_build::configure()
        .build_client(false)
        .include_file("_includes.rs")
        .compile_fds(definitions)?;
    Ok(())
}
