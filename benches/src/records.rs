//! Ten million records: their bytes, and the disk.

use crate::{
    Result, Run,
    client::{Load, page, signed},
    process::{Delivery, cpu_of},
    table::Table,
};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    fs,
    path::Path,
    time::{Duration, Instant},
};
use store::{RootKey, Store};

const COUNTS: [u64; 2] = [1_000_000, 10_000_000];
/// Commits under way at once: as many as callers wait.
const WAITING: usize = 64;

/// A record as the gate writes it, of a call that was made over the wire; what differs from call to call stands apart.
fn template(delivery: &Delivery) -> Result<Vec<String>> {
    delivery.made()?;
    let server = delivery.up()?;
    let env = delivery.environment()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let events = runtime.block_on(async {
        let load = Load { connections: 1, time: Duration::from_millis(20) };
        load.run(server.address, signed(&env, server.address)).await?;
        Ok::<_, Box<dyn std::error::Error>>(page(&env, server.address, &Value::Null).await?.0)
    })?;
    let mut event = events.into_iter().find(|event| event["eventName"] == "GetCallerIdentity").ok_or("no record of the call")?;
    for (member, mark) in [("eventID", "\u{1}"), ("requestID", "\u{2}"), ("eventTime", "\u{3}")] {
        event[member] = json!(mark);
    }
    let record = json!({
        "id": "\u{1}", "account": event["recipientAccountId"], "time": 1_795_323_600_123_u64, "kind": "Done",
        "principal": event["userIdentity"]["arn"], "action": "sts:GetCallerIdentity", "event": event,
    });
    let text = record.to_string();
    for (escaped, mark) in [("\\u0001", "\u{1}"), ("\\u0002", "\u{2}"), ("\\u0003", "\u{3}")] {
        if !text.contains(escaped) {
            return Err(format!("no place for {mark:?}").into());
        }
    }
    Ok(text.split("\\u000").map(str::to_string).collect())
}

/// Fills the template: the digit in front of each piece says what stands before it.
fn filled(template: &[String], id: &str, request: &str, time: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(1536);
    // The version of the row's form.
    out.push(1);
    for (n, piece) in template.iter().enumerate() {
        let (mark, rest) = if n == 0 { ("", piece.as_str()) } else { piece.split_at(1) };
        out.extend_from_slice(match mark {
            "1" => id.as_bytes(),
            "2" => request.as_bytes(),
            "3" => time.as_bytes(),
            _ => b"",
        });
        out.extend_from_slice(rest.as_bytes());
    }
    out
}

fn size(dir: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(dir)? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes)
}

pub(crate) fn measure(Run { delivery, .. }: &Run, table: &mut Table) -> Result<()> {
    let template = template(delivery)?;
    let dir = tempfile::tempdir()?;
    let root = RootKey::new([7; 32]);
    let mut store = Store::open(dir.path(), &root)?;
    let entropy = base::SystemEntropy;
    let (mut written, mut bytes, mut took) = (0, 0, Duration::ZERO);
    for count in COUNTS {
        let (begun, cpu, before) = (Instant::now(), cpu_of("self")?, written);
        let mut waiting = VecDeque::with_capacity(WAITING);
        while written < count {
            // A thousand calls a second.
            let now = base::Timestamp(1_795_323_600_000 + written as i64);
            let id = base::uuid_v7(&entropy, now);
            let value = filled(&template, &id, &base::uuid(&entropy), &now.iso());
            let mut tx = store.begin();
            let key = format!("gate\0\u{1}trail\0\u{1}111111111111\0\u{1}{id}\0\u{1}").into_bytes();
            bytes += (key.len() + value.len()) as u64;
            tx.append(key, value.into());
            waiting.push_back(store.commit(tx));
            if waiting.len() == WAITING {
                waiting.pop_front().map_or(Ok(()), store::Pending::wait)?;
            }
            written += 1;
        }
        waiting.into_iter().try_for_each(store::Pending::wait)?;
        store.close();
        let (elapsed, cpu) = (begun.elapsed(), cpu_of("self")? - cpu);
        took += elapsed;
        let disk = size(dir.path())?;
        let million = count / 1_000_000;
        let how = format!(
            "{:.0} a second, {:.1} us CPU each, template filled; {:.0} bytes each as rows",
            (written - before) as f64 / elapsed.as_secs_f64(),
            cpu.as_secs_f64() * 1e6 / (written - before) as f64,
            bytes as f64 / written as f64
        );
        table.add(&format!("disk after {million} million records"), format!("{:.0} MiB", disk as f64 / 1_048_576.0), &how);
        table.add(
            &format!("bytes per record, {million} million"),
            format!("{:.0}", disk as f64 / written as f64),
            "all files of the data directory",
        );
        let begun = Instant::now();
        store = Store::open(dir.path(), &root)?;
        let newest = store.begin().scan(store::prefix_range(b"gate\0\x01trail\0\x01111111111111\0\x01"), 50, true)?;
        if newest.len() != 50 {
            return Err(format!("{} of 50 records were found", newest.len()).into());
        }
        let opened = begun.elapsed().as_secs_f64() * 1e3;
        table.add(&format!("open and read the newest 50, {million} million"), format!("{opened:.1} ms"), "after a close in order");
    }
    table.add("time for all of them", format!("{:.0} s", took.as_secs_f64()), "in process, durable, groups of what waits");
    Ok(())
}
