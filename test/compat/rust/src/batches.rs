//! Does all that the harness wants to see of batches; ../../batches.ts has what it has to be.

use crate::{say, Address};
use faktory::ent::{Batch, BatchId, BatchStatus, CallbackState};
use faktory::mutate::{Filter, JobSet};
use faktory::{Client, Job, Worker};
use serde_json::{json, Value};
use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex};

const QUEUE: &str = "batches";
/// So many jobs that `run` goes on until the queue is empty.
const ALL: usize = 1_000;
const JOBTYPES: [&str; 9] = [
    "Added", "Completed", "Inner", "InnerDone", "Innermost", "InnermostDone", "Late", "Outer",
    "OuterDone",
];

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

struct Program {
    client: Client,
    worker: Worker<io::Error>,
    ran: Arc<Mutex<Vec<Job>>>,
}

pub async fn batches(address: &Address) -> Outcome {
    let ran = Arc::new(Mutex::new(Vec::new()));
    let worker = connect_worker(address, &ran).await?;
    let mut program = Program { client: address.connect().await?, worker, ran };
    program.look_at_server().await?;
    program.call_both().await?;
    program.call_empty().await?;
    program.nest().await?;
    program.open_from_within().await?;
    program.fail_once().await?;
    program.push_many().await?;
    program.find_none().await
}

/// A worker that runs a job when it is told to, and writes down which.
async fn connect_worker(address: &Address, ran: &Arc<Mutex<Vec<Job>>>) -> Outcome<Worker<io::Error>> {
    let note = |ran: &Arc<Mutex<Vec<Job>>>, job: Job| ran.lock().unwrap().push(job);
    let mut builder = Worker::builder();
    for jobtype in JOBTYPES.into_iter().chain(["Steady", "Succeeded"]) {
        let ran = ran.clone();
        builder = builder.register_fn(jobtype, move |job: Job| {
            note(&ran, job);
            async { Ok::<(), io::Error>(()) }
        });
    }
    let flaky = ran.clone();
    builder = builder.register_fn("Flaky", move |job: Job| {
        let is_first = job.failure().is_none();
        note(&flaky, job);
        async move {
            if is_first {
                return Err(io::Error::other("not at the first attempt"));
            }
            Ok(())
        }
    });
    let opener = ran.clone();
    let url = address.url.clone();
    builder = builder.register_fn("Opener", move |job: Job| {
        let bid = BatchId::new(job.custom["bid"].as_str().unwrap_or_default());
        note(&opener, job);
        let url = url.clone();
        async move { add_to(&url, bid).await.map_err(io::Error::other) }
    });
    Ok(builder.connect_to(&address.url).await?)
}

async fn add_to(url: &str, bid: BatchId) -> Result<(), faktory::Error> {
    let mut client = Client::connect_to(url).await?;
    if let Some(mut batch) = client.open_batch(bid).await? {
        batch.add(new_job("Added")).await?;
        batch.commit().await?;
    }
    Ok(())
}

impl Program {
    async fn look_at_server(&mut self) -> Outcome {
        let description = self.client.current_info().await?.server.description;
        see(
            "takes the server for an Enterprise",
            json!({ "isEnterprise": description.contains("Enterprise") }),
        );
        Ok(())
    }

    async fn call_both(&mut self) -> Outcome {
        let mut batch = self.client.start_batch(with_callbacks("three jobs")).await?;
        let bid = batch.id().clone();
        for _ in 0..3 {
            batch.add(new_job("Steady")).await?;
        }
        let status = self.status(&bid).await?;
        see(
            "counts the jobs of a batch before its commit",
            json!({
                "status": counts(&status),
                "description": status.description,
                "hasParent": status.parent_bid.is_some(),
            }),
        );

        self.run(3).await?;
        let is_empty = self.run(1).await?.is_empty();
        let status = counts(&self.status(&bid).await?);
        see(
            "sees nothing called before the commit",
            json!({ "status": status, "isQueueEmpty": is_empty }),
        );

        let batch = self.client.open_batch(&bid).await?.ok_or("the batch is not there")?;
        batch.commit().await?;
        let at_commit = self.states(&bid).await?;
        let first = self.run_callback(&bid).await?;
        let after_first = self.states(&bid).await?;
        let second = self.run_callback(&bid).await?;
        let at_end = self.states(&bid).await?;
        see(
            "sees complete called at the commit, and success behind it",
            json!({
                "atCommit": at_commit,
                "first": first,
                "afterFirst": after_first,
                "second": second,
                "atEnd": at_end,
            }),
        );

        let mut batch = self.client.open_batch(&bid).await?.ok_or("the batch is not there")?;
        batch.add(new_job("Late")).await?;
        batch.commit().await?;
        let order = self.run(ALL).await?;
        let status = counts(&self.status(&bid).await?);
        see(
            "opens a batch that has ended, and nothing is called again",
            json!({ "order": order, "status": status }),
        );
        Ok(())
    }

    async fn call_empty(&mut self) -> Outcome {
        let batch = self.client.start_batch(with_callbacks("empty")).await?;
        let bid = batch.id().clone();
        batch.commit().await?;
        let at_commit = self.states(&bid).await?;
        let order = self.run(2).await?;
        let status = counts(&self.status(&bid).await?);
        see(
            "sees an empty batch called at the commit",
            json!({ "atCommit": at_commit, "order": order, "status": status }),
        );
        Ok(())
    }

    /// Three batches, each in the one before, committed from the inside out.
    async fn nest(&mut self) -> Outcome {
        let calling =
            |jobtype| Batch::builder().description(jobtype).with_success_callback(new_job(jobtype));
        let mut outer = self.client.start_batch(calling("OuterDone")).await?;
        let mut bids = vec![outer.id().clone()];
        outer.add(new_job("Outer")).await?;
        let mut inner = outer.start_batch(calling("InnerDone")).await?;
        bids.push(inner.id().clone());
        inner.add(new_job("Inner")).await?;
        inner.add(new_job("Inner")).await?;
        let mut innermost = inner.start_batch(calling("InnermostDone")).await?;
        bids.push(innermost.id().clone());
        innermost.add(new_job("Innermost")).await?;
        innermost.commit().await?;
        inner.commit().await?;
        outer.commit().await?;

        let mut totals = Vec::new();
        let mut parents = Vec::new();
        let mut around = None;
        for bid in &bids {
            let status = self.status(bid).await?;
            totals.push(status.total);
            parents.push(around.is_some() && status.parent_bid.as_ref() == around);
            around = Some(bid);
        }
        let order = self.run(7).await?;
        see(
            "puts batches into batches, which are called from the inside out",
            json!({ "totals": totals, "parents": parents, "order": order }),
        );
        Ok(())
    }

    async fn open_from_within(&mut self) -> Outcome {
        let definition = Batch::builder().with_success_callback(new_job("Succeeded"));
        let mut batch = self.client.start_batch(definition).await?;
        let bid = batch.id().clone();
        batch.add(new_job("Opener")).await?;
        batch.commit().await?;
        let order = self.run(3).await?;
        let status = counts(&self.status(&bid).await?);
        see(
            "opens a batch from within one of its jobs",
            json!({ "order": order, "status": status }),
        );
        Ok(())
    }

    async fn fail_once(&mut self) -> Outcome {
        let mut batch = self.client.start_batch(with_callbacks("one fails")).await?;
        let bid = batch.id().clone();
        batch.add(new_job("Steady")).await?;
        batch.add(new_job("Flaky")).await?;
        batch.commit().await?;
        let mut order = self.run(2).await?;
        let at_failure = counts(&self.status(&bid).await?);
        order.extend(self.run(1).await?);
        self.client.requeue(JobSet::Retries, Filter::from_kind("Flaky")).await?;
        order.extend(self.run(2).await?);
        let status = counts(&self.status(&bid).await?);
        see(
            "sees a job of a batch fail, and be done later",
            json!({ "atFailure": at_failure, "order": order, "status": status }),
        );
        Ok(())
    }

    async fn push_many(&mut self) -> Outcome {
        let definition = Batch::builder().with_success_callback(new_job("Succeeded"));
        let bid = self.client.start_batch(definition).await?.id().clone();
        let jobs = (0..100).map(|_| {
            let mut builder = Job::builder("Steady");
            builder.queue(QUEUE).add_to_custom_data("bid", bid.clone()).build()
        });
        let (_, errors) = self.client.enqueue_many(jobs).await?;
        if let Some(errors) = errors {
            return Err(format!("refused: {errors:?}").into());
        }
        let status = counts(&self.status(&bid).await?);
        let batch = self.client.open_batch(&bid).await?.ok_or("the batch is not there")?;
        batch.commit().await?;
        let ran = self.run(101).await?.len();
        see("pushes 100 jobs into a batch at once", json!({ "status": status, "ran": ran }));
        Ok(())
    }

    async fn find_none(&mut self) -> Outcome {
        let found = self.client.open_batch(BatchId::new("b-00000000000000")).await?;
        see("is told of a batch that is not there", json!({ "isRefused": found.is_none() }));
        Ok(())
    }

    /// Runs jobs, so many or until there is none, and returns their types.
    async fn run(&mut self, count: usize) -> Outcome<Vec<String>> {
        self.ran.lock().unwrap().clear();
        for _ in 0..count {
            if !self.worker.run_one(0, &[QUEUE]).await? {
                break;
            }
        }
        Ok(self.ran.lock().unwrap().iter().map(|job| job.kind().to_string()).collect())
    }

    /// Runs the next job, and tells what a callback knows of its batch.
    async fn run_callback(&mut self, bid: &BatchId) -> Outcome<Value> {
        self.run(1).await?;
        let ran = self.ran.lock().unwrap();
        let job = ran.first().ok_or("there is no callback")?;
        Ok(json!({
            "type": job.kind(),
            "kind": job.custom.get("_cb"),
            "isOfBatch": job.custom.get("_bid") == Some(&bid.clone().into()),
            "isMember": job.custom.contains_key("bid"),
        }))
    }

    async fn status(&mut self, bid: &BatchId) -> Outcome<BatchStatus> {
        Ok(self.client.get_batch_status(bid).await?.ok_or("no status")?)
    }

    async fn states(&mut self, bid: &BatchId) -> Outcome<[&'static str; 2]> {
        let status = self.status(bid).await?;
        Ok([word_of(status.complete_callback_state), word_of(status.success_callback_state)])
    }
}

fn with_callbacks(description: &str) -> Batch {
    Batch::builder()
        .description(description)
        .with_callbacks(new_job("Succeeded"), new_job("Completed"))
}

fn new_job(jobtype: &str) -> Job {
    Job::builder(jobtype).queue(QUEUE).build()
}

fn counts(status: &BatchStatus) -> Value {
    json!({
        "total": status.total,
        "pending": status.pending,
        "failed": status.failed,
        "complete": word_of(status.complete_callback_state),
        "success": word_of(status.success_callback_state),
    })
}

/// As on the wire.
fn word_of(state: CallbackState) -> &'static str {
    match state {
        CallbackState::Pending => "",
        CallbackState::Enqueued => "1",
        CallbackState::FinishedOk => "2",
        _ => "?",
    }
}

/// Tells the harness what came of a check.
fn see(check: &str, seen: Value) {
    say(json!({ "event": "batch", "check": check, "seen": seen }));
}
