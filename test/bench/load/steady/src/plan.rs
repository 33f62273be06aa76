use std::collections::HashMap;
use std::fs;

/// A request on the wire, without its frame headers.
pub struct Request {
    pub headers: Vec<u8>,
    /// If empty, the headers end the request.
    pub body: Vec<u8>,
}

/// How an answer is read.
#[derive(Clone, Copy, PartialEq)]
pub enum Reading {
    /// A gRPC message with a CheckResponse.
    Check,
    /// An HTTP status.
    Status,
}

/// The command line: `--name=value`.
pub struct Plan {
    pub port: u16,
    pub connections: usize,
    pub per_second: f64,
    pub warm_up_calls: usize,
    /// Including those of the warm-up.
    pub calls: usize,
    pub reading: Reading,
    /// The first request of each connection, which fills the server's header table. It is not measured.
    pub first: Request,
    pub requests: Vec<Request>,
    /// Processes whose CPU time is measured, by name.
    pub watched: Vec<(String, String)>,
}

impl Plan {
    /// Ends the program if an argument is missing: only the benchmark starts it.
    pub fn from_arguments() -> Plan {
        let told: HashMap<String, String> = std::env::args()
            .skip(1)
            .filter_map(|word| {
                let (name, value) = word.strip_prefix("--")?.split_once('=')?;
                Some((name.to_owned(), value.to_owned()))
            })
            .collect();
        let text = |name: &str| {
            told.get(name)
                .unwrap_or_else(|| panic!("--{name} is missing"))
        };
        let number = |name: &str| text(name).parse::<f64>().expect(name);
        let mut requests = read_requests(&fs::read(text("requests")).expect("requests"));
        let first = requests.remove(0);
        Plan {
            port: number("port") as u16,
            connections: number("connections") as usize,
            per_second: number("per-second"),
            warm_up_calls: number("warm-up-calls") as usize,
            calls: number("calls") as usize,
            reading: match text("reading").as_str() {
                "check" => Reading::Check,
                "status" => Reading::Status,
                other => panic!("no reading {other}"),
            },
            first,
            requests,
            watched: text("watched")
                .split(',')
                .filter_map(|each| each.split_once(':'))
                .map(|(name, pid)| (name.to_owned(), pid.to_owned()))
                .collect(),
        }
    }
}

/// For each request its headers and its body, each with its length as four bytes in front.
fn read_requests(mut bytes: &[u8]) -> Vec<Request> {
    let mut part = || {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let (part, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
        bytes = rest;
        Some(part.to_vec())
    };
    std::iter::from_fn(|| {
        Some(Request {
            headers: part()?,
            body: part()?,
        })
    })
    .collect()
}
