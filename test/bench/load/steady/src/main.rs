//! An open loop that is steadier than what it measures: sends requests at a fixed rate over HTTP/2, without waiting for
//! answers, and prints the results as one line of JSON. It has no garbage collector, and sleeps until the next request.
//!
//! One thread sends, one for each connection receives.

mod answer;
mod connection;
mod frames;
mod plan;
mod process_usage;
mod report;

use std::thread;
use std::time::{Duration, Instant};

use connection::Connection;
use plan::Plan;
use process_usage::{cpu_ns_of, sleep_precisely};
use report::Report;

/// After this time without an answer, the outstanding calls count as unanswered.
const ANSWER_MAX: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(2);

fn main() {
    let plan: &'static Plan = Box::leak(Box::new(Plan::from_arguments()));
    sleep_precisely();
    let began = Instant::now();
    let report: &'static Report = Box::leak(Box::new(Report::new(plan.calls, plan.warm_up_calls)));
    let connections: Vec<_> = (0..plan.connections)
        .map(|_| Connection::open(plan, report, began))
        .collect();
    for connection in &connections {
        connection.ask_first(plan);
    }
    let start = began.elapsed();
    let mut cpu_before = vec![];
    let mut measured_from = start;
    for call in 0..plan.calls {
        let due = start + Duration::from_secs_f64(call as f64 / plan.per_second);
        if call == plan.warm_up_calls {
            cpu_before = cpu_of_all(plan);
            measured_from = due;
        }
        if let Some(early) = due.checked_sub(began.elapsed()) {
            thread::sleep(early);
        }
        report.sent(call, due, began.elapsed());
        let request = &plan.requests[call % plan.requests.len()];
        connections[call % connections.len()].ask(call as u32, request);
    }
    let measured = began.elapsed() - measured_from;
    let cpu_after = cpu_of_all(plan);
    let mut seen = (report.answered(), Instant::now());
    while seen.0 < plan.calls && seen.1.elapsed() < ANSWER_MAX {
        thread::sleep(POLL);
        if report.answered() > seen.0 {
            seen = (report.answered(), Instant::now());
        }
    }
    let cpu: Vec<_> = cpu_after
        .into_iter()
        .zip(cpu_before)
        .map(|(after, before)| after - before)
        .collect();
    println!("{}", report.as_json(plan, measured, &cpu));
}

/// First of the load itself, then of the processes that it watches.
fn cpu_of_all(plan: &Plan) -> Vec<u64> {
    std::iter::once("self")
        .chain(plan.watched.iter().map(|(_, pid)| pid.as_str()))
        .map(cpu_ns_of)
        .collect()
}
