use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use crate::answer::{ANSWERS, Answer};
use crate::plan::Plan;

const UNANSWERED: u8 = u8::MAX;
const NS_PER_MS: f64 = 1_000_000.0;

/// One call. Instants are nanoseconds since the program began.
struct Call {
    due: AtomicU64,
    sent: AtomicU64,
    answered: AtomicU64,
    answer: AtomicU8,
}

/// The records of all calls, allocated before the first one, so that nothing grows during the measurement.
pub struct Report {
    calls: Vec<Call>,
    warm_up_calls: usize,
    answered: AtomicUsize,
}

impl Report {
    pub fn new(calls: usize, warm_up_calls: usize) -> Report {
        let call = || Call {
            due: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            answer: AtomicU8::new(UNANSWERED),
        };
        Report {
            calls: (0..calls).map(|_| call()).collect(),
            warm_up_calls,
            answered: AtomicUsize::new(0),
        }
    }

    pub fn sent(&self, call: usize, due: Duration, sent: Duration) {
        self.calls[call]
            .due
            .store(due.as_nanos() as u64, Ordering::Relaxed);
        self.calls[call]
            .sent
            .store(sent.as_nanos() as u64, Ordering::Relaxed);
    }

    pub fn note_answer(&self, call: u32, answer: Answer, at: Duration) {
        let Some(call) = self.calls.get(call as usize) else {
            return;
        };
        call.answered.store(at.as_nanos() as u64, Ordering::Relaxed);
        call.answer.store(answer as u8, Ordering::Relaxed);
        self.answered.fetch_add(1, Ordering::Release);
    }

    pub fn answered(&self) -> usize {
        self.answered.load(Ordering::Acquire)
    }

    /// A LoadResult, as in `load-plan.ts`. `cpu`: nanoseconds of the load itself, then of the watched processes.
    pub fn as_json(&self, plan: &Plan, measured: Duration, cpu: &[u64]) -> String {
        let is_answered = |call: &&Call| call.answer.load(Ordering::Relaxed) != UNANSWERED;
        let of = |pick: fn(&Call) -> &AtomicU64| -> Vec<f64> {
            let measured = self.calls[self.warm_up_calls..].iter().filter(is_answered);
            let since_due = |call: &Call| {
                let due = call.due.load(Ordering::Relaxed);
                pick(call).load(Ordering::Relaxed).saturating_sub(due) as f64 / NS_PER_MS
            };
            let mut values: Vec<f64> = measured.map(since_due).collect();
            values.sort_by(f64::total_cmp);
            values
        };
        let latency = of(|call| &call.answered);
        let answers: Vec<_> = ANSWERS
            .iter()
            .map(|(answer, name)| format!("\"{name}\":{}", self.count(*answer)))
            .collect();
        let watched: Vec<_> = plan
            .watched
            .iter()
            .zip(&cpu[1..])
            .map(|((name, _), ns)| format!("\"{name}\":{}", *ns as f64 / NS_PER_MS))
            .collect();
        format!(
            "{{\"answers\":{{{}}},\"measured\":{},\"measuredMs\":{},\"latency\":{},\"lateness\":{},\"cpuMs\":{{{}}},\"ownCpuMs\":{}}}",
            answers.join(","),
            latency.len(),
            measured.as_nanos() as f64 / NS_PER_MS,
            percentiles(&latency),
            percentiles(&of(|call| &call.sent)),
            watched.join(","),
            cpu[0] as f64 / NS_PER_MS,
        )
    }

    fn count(&self, answer: Answer) -> usize {
        let told = |call: &&Call| match call.answer.load(Ordering::Relaxed) {
            UNANSWERED => answer == Answer::Broken,
            other => other == answer as u8,
        };
        self.calls.iter().filter(told).count()
    }
}

/// By nearest rank, as in `percentiles.ts`. `sorted` is in milliseconds.
fn percentiles(sorted: &[f64]) -> String {
    let rank = |share: f64| {
        let place = (share * sorted.len() as f64).ceil() as usize;
        sorted
            .get(place.max(1) - 1)
            .map_or("null".to_owned(), f64::to_string)
    };
    let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
    format!(
        "{{\"count\":{},\"mean\":{},\"p50\":{},\"p99\":{},\"p999\":{},\"max\":{}}}",
        sorted.len(),
        if mean.is_nan() {
            "null".to_owned()
        } else {
            mean.to_string()
        },
        rank(0.5),
        rank(0.99),
        rank(0.999),
        rank(1.0),
    )
}
