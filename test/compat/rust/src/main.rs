//! Plays its part in the compatibility suite with the crate `faktory`; see ../README.md.

mod batches;

use faktory::mutate::{Filter, JobSet};
use faktory::rustls::TlsStream;
use faktory::{Client, Job, Worker, WorkerId};
use serde_json::{json, Value};
use std::collections::HashSet;
use std::error::Error;
use std::io::{self, BufRead, Write};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::io::BufStream;
use tokio::signal::unix::{signal, SignalKind};

const AT_ONCE: usize = 10;

/// Where the server is. The crate wants `tcp://` always, and TLS asked for apart from that.
struct Address {
    url: String,
    tls: bool,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let part = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let address = Address::from_environment()?;
    match part.as_str() {
        "push" => push(&address).await,
        "push-bulk" => push_bulk(&address).await,
        "info" => info(&address).await,
        "requeue" => requeue(&address).await,
        "batches" => batches::batches(&address).await,
        "work" => work(&address, &rest).await,
        _ => Err(format!("no such part: {part}").into()),
    }
}

async fn push(address: &Address) -> Result<(), Box<dyn Error>> {
    let mut client = address.connect().await?;
    let mut pushed = 0;
    for job in read_jobs()? {
        client.enqueue(job).await?;
        pushed += 1;
    }
    say(json!({ "event": "pushed", "count": pushed }));
    Ok(())
}

async fn push_bulk(address: &Address) -> Result<(), Box<dyn Error>> {
    let mut client = address.connect().await?;
    let (count, errors) = client.enqueue_many(read_jobs()?).await?;
    if let Some(errors) = errors {
        return Err(format!("refused: {errors:?}").into());
    }
    say(json!({ "event": "pushed", "count": count }));
    Ok(())
}

async fn info(address: &Address) -> Result<(), Box<dyn Error>> {
    let state = address.connect().await?.current_info().await?;
    say(json!({
        "event": "info",
        "processed": state.data.total_processed,
        "failures": state.data.total_failures,
        "enqueued": state.data.total_enqueued,
        "queues": state.data.queues,
    }));
    Ok(())
}

async fn requeue(address: &Address) -> Result<(), Box<dyn Error>> {
    let mut client = address.connect().await?;
    client.requeue(JobSet::Retries, Filter::from_kind("Flaky")).await?;
    say(json!({ "event": "requeued" }));
    Ok(())
}

async fn work(address: &Address, queues: &[String]) -> Result<(), Box<dyn Error>> {
    let wid = WorkerId::random();
    let failed_before = Arc::new(Mutex::new(HashSet::new()));
    let mut asked_to_stop = signal(SignalKind::terminate())?;
    let mut builder = Worker::builder()
        .wid(wid.clone())
        .workers(AT_ONCE)
        .with_graceful_shutdown(async move {
            asked_to_stop.recv().await;
        })
        .register_fn("Steady", |job: Job| async move {
            report(&job, true);
            Ok::<(), io::Error>(())
        })
        .register_fn("Flaky", move |job: Job| {
            let is_first = failed_before.lock().unwrap().insert(job.id().clone().to_string());
            async move {
                report(&job, !is_first);
                if is_first {
                    return Err(io::Error::other("not at the first attempt"));
                }
                Ok(())
            }
        });
    if address.tls {
        builder = builder.with_rustls();
    }
    let mut worker = builder.connect_to(&address.url).await?;
    say(json!({ "event": "working", "wid": wid }));
    worker.run(queues).await?;
    Ok(())
}

impl Address {
    fn from_environment() -> Result<Self, Box<dyn Error>> {
        let url = std::env::var("FAKTORY_URL")?;
        Ok(match url.strip_prefix("tcp+tls://") {
            Some(rest) => Address { url: format!("tcp://{rest}"), tls: true },
            None => Address { url, tls: false },
        })
    }

    async fn connect(&self) -> Result<Client, Box<dyn Error>> {
        if !self.tls {
            return Ok(Client::connect_to(&self.url).await?);
        }
        let stream = TlsStream::connect_with_native_certs_to(&self.url).await?;
        let password = self.url.split_once("://:").and_then(|(_, rest)| rest.split_once('@'));
        let password = password.map(|(password, _)| password.to_string());
        Ok(Client::connect_with(BufStream::new(stream), password).await?)
    }
}

/// The jobs to push, from standard input, one a line.
fn read_jobs() -> Result<Vec<Job>, Box<dyn Error>> {
    io::stdin().lock().lines().map(|line| read_job(&line?)).collect()
}

fn read_job(line: &str) -> Result<Job, Box<dyn Error>> {
    let given: Value = serde_json::from_str(line)?;
    let text = |name: &str| given[name].as_str().ok_or(format!("no {name}: {line}"));
    let args = given["args"].as_array().ok_or(format!("no args: {line}"))?;
    let mut builder = Job::builder(text("jobtype")?);
    builder.queue(text("queue")?).args(args.clone());
    if let Some(at) = given["at"].as_str() {
        builder.at(Some(at.parse()?));
    }
    Ok(builder.build())
}

fn report(job: &Job, succeeds: bool) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    say(json!({
        "event": "ran",
        "jobtype": job.kind(),
        "args": job.args(),
        "succeeds": succeeds,
        "atMs": now.as_millis() as u64,
    }));
}

/// Tells the harness something, in one write, so that lines of several threads do not mix.
fn say(event: Value) {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{event}").and_then(|()| stdout.flush()).expect("somebody reads");
}
