use std::collections::{HashMap, VecDeque};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Instant;

use crate::answer::{Answer, read_check, read_status};
use crate::frames::*;
use crate::plan::{Plan, Reading, Request};
use crate::report::Report;

// Envoy's own windows.
const STREAM_WINDOW_BYTES: u32 = 16 * 1024 * 1024;
const CONNECTION_WINDOW_BYTES: u32 = 24 * 1024 * 1024;
const READ_BYTES: usize = 256 * 1024;

/// The number of the first call of a connection, which is not measured.
const FIRST: u32 = u32::MAX;

/// One HTTP/2 connection. It keeps the server's limit on streams and its window, and sends the rest as soon as it
/// fits.
pub struct Connection {
    sender: Arc<Mutex<Sender>>,
    is_ready: Arc<(Mutex<bool>, Condvar)>,
}

/// The writing half. Shared with the receiver, which answers SETTINGS and PING.
struct Sender {
    socket: TcpStream,
    out: Vec<u8>,
    next_stream: u32,
    open: usize,
    streams_max: usize,
    window_bytes: i64,
    /// Calls by stream: the call of stream 2n+1 is at index n.
    calls: Vec<u32>,
    waiting: VecDeque<(u32, &'static Request)>,
}

impl Connection {
    pub fn open(plan: &'static Plan, report: &'static Report, began: Instant) -> Connection {
        let socket = TcpStream::connect(("127.0.0.1", plan.port)).expect("a server");
        socket.set_nodelay(true).expect("nodelay");
        let input = socket.try_clone().expect("a second handle");
        let mut out = PREFACE.to_vec();
        push_settings(
            &mut out,
            &[(ENABLE_PUSH, 0), (INITIAL_WINDOW_SIZE, STREAM_WINDOW_BYTES)],
        );
        push_window_update(
            &mut out,
            CONNECTION_WINDOW_BYTES - DEFAULT_WINDOW_BYTES as u32,
        );
        let mut sender = Sender {
            socket,
            out,
            next_stream: 1,
            open: 0,
            streams_max: usize::MAX,
            window_bytes: DEFAULT_WINDOW_BYTES,
            calls: Vec::with_capacity(plan.calls / plan.connections + 2),
            waiting: VecDeque::new(),
        };
        sender.flush();
        let sender = Arc::new(Mutex::new(sender));
        let is_ready = Arc::new((Mutex::new(false), Condvar::new()));
        let receiver = Receiver {
            sender: sender.clone(),
            is_ready: is_ready.clone(),
            plan,
            report,
            began,
            parts: HashMap::new(),
            received_bytes: 0,
        };
        thread::spawn(move || receiver.run(input));
        Connection { sender, is_ready }
    }

    /// Sends the first request, and waits for its answer.
    pub fn ask_first(&self, plan: &'static Plan) {
        self.ask(FIRST, &plan.first);
        let (is_ready, changed) = &*self.is_ready;
        let ready = is_ready.lock().expect("no panic");
        drop(
            changed
                .wait_while(ready, |ready| !*ready)
                .expect("no panic"),
        );
    }

    pub fn ask(&self, call: u32, request: &'static Request) {
        let mut sender = self.sender.lock().expect("no panic");
        sender.waiting.push_back((call, request));
        sender.send_waiting();
        sender.flush();
    }
}

impl Sender {
    fn send_waiting(&mut self) {
        while let Some((call, request)) = self.waiting.front().copied() {
            let bytes = request.body.len() as i64;
            if self.open >= self.streams_max || bytes > self.window_bytes {
                return;
            }
            self.waiting.pop_front();
            let stream = self.next_stream;
            self.next_stream += 2;
            self.open += 1;
            self.window_bytes -= bytes;
            self.calls.push(call);
            let flags = END_HEADERS | if bytes == 0 { END_STREAM } else { 0 };
            push_frame(&mut self.out, HEADERS, flags, stream, &request.headers);
            if bytes > 0 {
                push_frame(&mut self.out, DATA, END_STREAM, stream, &request.body);
            }
        }
    }

    fn flush(&mut self) {
        // The missing answers show that a connection is dead.
        let _ = self.socket.write_all(&self.out);
        self.out.clear();
    }
}

/// The reading half, on its own thread.
struct Receiver {
    sender: Arc<Mutex<Sender>>,
    is_ready: Arc<(Mutex<bool>, Condvar)>,
    plan: &'static Plan,
    report: &'static Report,
    began: Instant,
    /// The answers so far: the first header block, and all data.
    parts: HashMap<u32, (Vec<u8>, Vec<u8>)>,
    received_bytes: u32,
}

impl Receiver {
    fn run(mut self, mut input: TcpStream) {
        let mut bytes = vec![0; READ_BYTES];
        let mut filled = 0;
        while let Ok(count @ 1..) = input.read(&mut bytes[filled..]) {
            filled += count;
            let mut at = 0;
            while let Some((frame, length)) = first_frame(&bytes[at..filled]) {
                self.take(frame);
                at += length;
            }
            bytes.copy_within(at..filled, 0);
            filled -= at;
        }
    }

    fn take(&mut self, frame: Frame<'_>) {
        let Frame {
            kind,
            flags,
            stream,
            payload,
        } = frame;
        match kind {
            HEADERS => {
                let (headers, _) = self.parts.entry(stream).or_default();
                if headers.is_empty() {
                    headers.extend_from_slice(payload);
                }
            }
            DATA => self.take_data(&frame),
            RST_STREAM if u32_at(payload, 0) == CANCEL => {
                self.conclude(stream, Some(Answer::NoVerdict))
            }
            RST_STREAM => self.conclude(stream, Some(Answer::Broken)),
            SETTINGS if flags & ACK == 0 => self.take_settings(payload),
            PING if flags & ACK == 0 => self.reply(|out| push_frame(out, PING, ACK, 0, payload)),
            WINDOW_UPDATE if stream == 0 => {
                let mut sender = self.sender.lock().expect("no panic");
                sender.window_bytes += i64::from(u32_at(payload, 0));
                sender.send_waiting();
                sender.flush();
            }
            GOAWAY => eprintln!("the server sent GOAWAY, code {}", u32_at(payload, 4)),
            _ => {}
        }
        if matches!(kind, HEADERS | DATA) && flags & END_STREAM != 0 {
            self.conclude(
                stream,
                (kind == DATA && self.plan.reading == Reading::Check).then_some(Answer::Broken),
            );
        }
    }

    fn take_data(&mut self, frame: &Frame<'_>) {
        let payload = frame.payload;
        let data = if frame.flags & PADDED == 0 {
            payload
        } else {
            &payload[1..payload.len() - usize::from(payload[0])]
        };
        self.parts
            .entry(frame.stream)
            .or_default()
            .1
            .extend_from_slice(data);
        self.received_bytes += payload.len() as u32;
        if self.received_bytes > CONNECTION_WINDOW_BYTES / 2 {
            let bytes = std::mem::take(&mut self.received_bytes);
            self.reply(|out| push_window_update(out, bytes));
        }
    }

    fn take_settings(&self, payload: &[u8]) {
        let mut sender = self.sender.lock().expect("no panic");
        for setting in payload.chunks_exact(6) {
            if u16::from_be_bytes([setting[0], setting[1]]) == MAX_CONCURRENT_STREAMS {
                sender.streams_max = u32_at(setting, 2) as usize;
            }
        }
        push_frame(&mut sender.out, SETTINGS, ACK, 0, &[]);
        sender.send_waiting();
        sender.flush();
    }

    fn reply(&self, push: impl FnOnce(&mut Vec<u8>)) {
        let mut sender = self.sender.lock().expect("no panic");
        push(&mut sender.out);
        sender.flush();
    }

    fn conclude(&mut self, stream: u32, fault: Option<Answer>) {
        let at = self.began.elapsed();
        let (headers, data) = self.parts.remove(&stream).unwrap_or_default();
        let answer = fault.unwrap_or_else(|| match self.plan.reading {
            Reading::Check => read_check(&data),
            Reading::Status => read_status(&headers),
        });
        let call = {
            let mut sender = self.sender.lock().expect("no panic");
            sender.open -= 1;
            let call = sender.calls[(stream / 2) as usize];
            if !sender.waiting.is_empty() {
                sender.send_waiting();
                sender.flush();
            }
            call
        };
        if call == FIRST {
            *self.is_ready.0.lock().expect("no panic") = true;
            self.is_ready.1.notify_all();
        } else {
            self.report.note_answer(call, answer, at);
        }
    }
}
