use std::fs;

/// CPU time of all present threads of a process, in nanoseconds.
pub fn cpu_ns_of(pid: &str) -> u64 {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return 0;
    };
    threads
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("schedstat")).ok())
        .filter_map(|line| line.split(' ').next()?.parse::<u64>().ok())
        .sum()
}

const PR_SET_TIMERSLACK: i32 = 29;

unsafe extern "C" {
    fn prctl(option: i32, nanoseconds: usize) -> i32;
}

/// Linux wakes sleeping threads up to 50 microseconds late to save wake-ups, unless a thread opts out.
pub fn sleep_precisely() {
    // SAFETY: this option takes one number, and changes nothing but this thread's timers.
    unsafe { prctl(PR_SET_TIMERSLACK, 1) };
}
