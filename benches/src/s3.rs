//! Objects under load: small and large, lists, and a server that is killed while it stores.

use crate::{
    Result, Run,
    client::{Call, Load, Message, Request, Signer, once},
    disk, large,
    meter::{Measured, cpu, measured},
    moto::Moto,
    process::{Delivery, Server},
    table::{Table, median},
};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use wire::sigv4::hex_sha256;

const SMALL: Load = Load { connections: 64, time: Duration::from_secs(4) };
const LARGE: Load = Load { connections: 8, time: Duration::from_secs(5) };
const MOTO: Load = Load { connections: 64, time: Duration::from_secs(2) };
/// Enough for all that is asked for.
const LONG: Duration = Duration::from_secs(120);
const BEFORE_THE_KILL: Duration = Duration::from_millis(1500);
const BYTES: usize = 1024;
const MIB8: usize = 8 << 20;
const LISTED: u64 = 100_000;
const PAGE: u64 = 1000;
const PAGES: usize = 15;

/// Buckets: with a KMS key and a bucket key, with a KMS key alone, without either.
const BUCKETS: [(&str, Option<bool>); 3] = [("bench-bucket-key", Some(true)), ("bench-kms", Some(false)), ("bench-plain", None)];

/// The bytes of an object: no two have the same.
fn content(mark: u64) -> Vec<u8> {
    format!("{mark:016}").into_bytes().into_iter().cycle().take(BYTES).collect()
}

fn target(bucket: &str, mark: u64) -> String {
    format!("/{bucket}/folder/{mark:08}")
}

/// Objects of 1 KiB from `first` on, each under a key of its own.
fn puts(signer: &Signer, bucket: &'static str, first: u64, end: u64, empty: bool) -> Request {
    let (signer, next) = (signer.clone(), AtomicU64::new(first));
    Arc::new(move || {
        let mark = next.fetch_add(1, Ordering::Relaxed);
        let body = if empty { Vec::new() } else { content(mark) };
        let call = Call { method: "PUT", target: &target(bucket, mark), service: "s3", headers: &[] };
        (mark < end).then(|| Message { mark, head: signer.request(call, &body), body: None })
    })
}

/// Reads the objects of these marks, again and again or once.
fn gets(signer: &Signer, bucket: &'static str, marks: Vec<u64>, once: bool) -> Request {
    let (signer, next) = (signer.clone(), AtomicU64::new(0));
    Arc::new(move || {
        let at = next.fetch_add(1, Ordering::Relaxed) as usize;
        if marks.is_empty() || (once && at >= marks.len()) {
            return None;
        }
        let mark = marks[at % marks.len()];
        let call = Call { method: "GET", target: &target(bucket, mark), service: "s3", headers: &[] };
        Some(Message { mark, head: signer.request(call, b""), body: None })
    })
}

async fn make_buckets(signer: &Signer, address: SocketAddr) -> Result<()> {
    let key: Value = serde_json::from_slice(&once(address, &signer.json("kms", "TrentService.CreateKey", &json!({}))).await?)?;
    let key = key["KeyMetadata"]["Arn"].as_str().ok_or("no key")?;
    for (bucket, bucket_key) in BUCKETS {
        once(address, &signer.request(Call { method: "PUT", target: &format!("/{bucket}"), service: "s3", headers: &[] }, b"")).await?;
        let Some(bucket_key) = bucket_key else { continue };
        let rule = format!(
            "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>\
             <KMSMasterKeyID>{key}</KMSMasterKeyID></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>{bucket_key}</BucketKeyEnabled>\
             </Rule></ServerSideEncryptionConfiguration>"
        );
        let call = Call { method: "PUT", target: &format!("/{bucket}?encryption"), service: "s3", headers: &[] };
        once(address, &signer.request(call, rule.as_bytes())).await?;
    }
    Ok(())
}

pub(crate) fn measure(run: &Run, table: &mut Table) -> Result<()> {
    let delivery = &run.delivery;
    delivery.made()?;
    let folder = delivery.folder();
    let flush = disk::flush(&folder, table)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let server = delivery.up()?;
    runtime.block_on(async {
        let signer = Signer::new(&delivery.environment()?, server.address);
        make_buckets(&signer, server.address).await?;
        small(&signer, &server, flush, table).await
    })?;
    let [calls, flushes, each] = server.flushes()?;
    table.add("s3 calls per flush", format!("{:.1}", calls / flushes), &format!("{each:.2} ms each flush with its sealing"));
    killed(delivery, table, &runtime)?;
    disk::files(&folder, MIB8, table)?;
    let server = delivery.up()?;
    runtime.block_on(async {
        let signer = Signer::new(&delivery.environment()?, server.address);
        listed(&signer, &server, table).await?;
        middle(&signer, &server, table).await?;
        large::measure(delivery, &server, BUCKETS[2].0, table).await
    })?;
    table.add("resident after that", format!("{:.0} MiB", server.resident_mib()?), "VmRSS of the server");
    server.stop()?;
    beside(run, table, &runtime)
}

fn row(table: &mut Table, what: &str, measured: &Measured, aim: &str) {
    let how = format!("{}; {} connections, each request signed; {aim}", cpu(measured), SMALL.connections);
    table.add(what, format!("{:.0} /s", measured.rate), &how);
}

/// Objects of 1 KiB.
async fn small(signer: &Signer, server: &Server, flush: f64, table: &mut Table) -> Result<()> {
    for (bucket, bucket_key) in BUCKETS {
        let kind = match bucket_key {
            Some(true) => "SSE-KMS with bucket key",
            Some(false) => "SSE-KMS",
            None => "SSE-S3",
        };
        let put = measured(SMALL, server.address, Some(server.id()), puts(signer, bucket, 0, u64::MAX, false)).await?;
        let aim = format!("durable; aim 6,000 /s at a flush of 0.2 ms, here {flush:.2} ms");
        row(table, &format!("s3 put 1 KiB, {kind}"), &put, &aim);
        // Those that were stored first.
        let marks = (0..((put.rate * 3.0) as u64).min(5000)).collect();
        let get = measured(SMALL, server.address, Some(server.id()), gets(signer, bucket, marks, false)).await?;
        row(table, &format!("s3 get 1 KiB, {kind}"), &get, "recorded; aim 20,000 /s");
    }
    Ok(())
}

/// Kills the server while it stores, and looks for each object that it has answered.
fn killed(delivery: &Delivery, table: &mut Table, runtime: &tokio::runtime::Runtime) -> Result<()> {
    /// Beyond what was stored before.
    const FIRST: u64 = 50_000_000;
    let bucket = BUCKETS[0].0;
    let server = delivery.up()?;
    let env = delivery.environment()?;
    let address = server.address;
    let marks: Vec<u64> = runtime.block_on(async {
        let puts = puts(&Signer::new(&env, address), bucket, FIRST, u64::MAX, false);
        let load = tokio::spawn(SMALL.until_it_breaks(address, puts));
        tokio::time::sleep(BEFORE_THE_KILL).await;
        server.kill().map_err(|e| e.to_string())?;
        Ok::<_, Box<dyn std::error::Error>>(load.await?.into_iter().map(|answered| answered.mark).collect())
    })?;
    let count = marks.len();
    let server = delivery.up()?;
    let gets = gets(&Signer::new(&delivery.environment()?, server.address), bucket, marks, true);
    let whole = |mark, body: &[u8]| if body == content(mark) { Ok(()) } else { Err(format!("object {mark} is not whole")) };
    let load = Load { time: LONG, ..SMALL };
    let found = runtime.block_on(load.checked(server.address, gets, Arc::new(whole)))?.len();
    table.add("s3 puts answered, then kill -9", format!("{count}"), "over 64 connections, until the connections broke");
    table.add("of these lost or not whole", format!("{}", count - found), "each read after a restart and compared");
    server.stop()?;
    Ok(())
}

/// The first and the last page of many keys.
async fn listed(signer: &Signer, server: &Server, table: &mut Table) -> Result<()> {
    let bucket = "bench-list";
    once(server.address, &signer.request(Call { method: "PUT", target: "/bench-list", service: "s3", headers: &[] }, b"")).await?;
    let load = Load { time: LONG, ..SMALL };
    let put = measured(load, server.address, Some(server.id()), puts(signer, bucket, 0, LISTED, true)).await?;
    row(table, "s3 put of nothing, SSE-S3", &put, &format!("{LISTED} keys"));
    for (name, after) in [("first", None), ("last", Some(LISTED - PAGE - 1))] {
        let from = after.map_or(String::new(), |mark| format!("&start-after=folder%2F{mark:08}"));
        let page = format!("/{bucket}?list-type=2&max-keys={PAGE}{from}");
        let mut times = Vec::new();
        for _ in 0..PAGES {
            let request = signer.request(Call { method: "GET", target: &page, service: "s3", headers: &[] }, b"");
            let begun = Instant::now();
            let answer = once(server.address, &request).await?;
            times.push(begun.elapsed().as_secs_f64() * 1e3);
            let keys = String::from_utf8_lossy(&answer).matches("<Key>").count();
            if keys as u64 != PAGE {
                return Err(format!("a page of {keys} keys").into());
            }
        }
        let how = format!("of {LISTED}, {PAGE} on a page; median of {PAGES}, one connection each");
        table.add(&format!("s3 list, {name} page"), format!("{:.1} ms", median(times)), &how);
    }
    Ok(())
}

/// Objects of 8 MiB.
async fn middle(signer: &Signer, server: &Server, table: &mut Table) -> Result<()> {
    const KEYS: u64 = 16;
    let bytes: Arc<[u8]> = disk::content(MIB8).into();
    let hash = hex_sha256(&bytes);
    for (bucket, kind) in [(BUCKETS[2].0, "SSE-S3"), (BUCKETS[0].0, "SSE-KMS with bucket key")] {
        let target = move |mark: u64| format!("/{bucket}/middle/{}", mark % KEYS);
        let (own, bytes, hash, next) = (signer.clone(), bytes.clone(), hash.clone(), AtomicU64::new(0));
        let puts: Request = Arc::new(move || {
            let mark = next.fetch_add(1, Ordering::Relaxed);
            let call = Call { method: "PUT", target: &target(mark), service: "s3", headers: &[] };
            Some(Message { mark, head: own.head(call, &hash, MIB8 as u64), body: Some(bytes.clone()) })
        });
        let put = measured(LARGE, server.address, Some(server.id()), puts).await?;
        let (own, next) = (signer.clone(), AtomicU64::new(0));
        let gets: Request = Arc::new(move || {
            let mark = next.fetch_add(1, Ordering::Relaxed);
            let call = Call { method: "GET", target: &target(mark), service: "s3", headers: &[] };
            Some(Message { mark, head: own.request(call, b""), body: None })
        });
        let get = measured(LARGE, server.address, Some(server.id()), gets).await?;
        for (what, measured, aim) in [("put", put, "payload hash signed, made once; durable; aim 60 /s"), ("get", get, "aim 200 /s")] {
            let how = format!("{}; {} connections; {aim}", cpu(&measured), LARGE.connections);
            table.add(&format!("s3 {what} 8 MiB, {kind}"), format!("{:.0} /s", measured.rate), &how);
        }
    }
    Ok(())
}

fn beside(run: &Run, table: &mut Table, runtime: &tokio::runtime::Runtime) -> Result<()> {
    let Some(moto) = Moto::start(run)? else { return Ok(()) };
    let signer = Signer::new(&moto.environment(), moto.address);
    runtime.block_on(async {
        make_buckets(&signer, moto.address).await?;
        let bucket = BUCKETS[0].0;
        let put = measured(MOTO, moto.address, Some(moto.id()), puts(&signer, bucket, 0, u64::MAX, false)).await?;
        let get = measured(MOTO, moto.address, Some(moto.id()), gets(&signer, bucket, (0..50).collect(), false)).await?;
        for (what, measured) in [("put", put), ("get", get)] {
            table.add(
                &format!("moto: s3 {what} 1 KiB, SSE-KMS"),
                format!("{:.0} /s", measured.rate),
                &format!("{}; {}", cpu(&measured), moto.how),
            );
        }
        Ok(())
    })
}
