//! KMS under load, against a bare answer of the same web framework, and beside moto.

use crate::{
    Result, Run,
    client::{Load, Request, Signer, again, once, signed},
    meter::{Measured, bare, cpu, measured},
    moto::Moto,
    table::Table,
};
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};

const LOAD: Load = Load { connections: 64, time: Duration::from_secs(2) };
const MOTO: Load = Load { connections: 64, time: Duration::from_secs(2) };
const ROUNDS: usize = 3;
const OPERATIONS: [&str; 3] = ["Encrypt", "Decrypt", "GenerateDataKey"];

async fn call(signer: &Signer, address: SocketAddr, operation: &str, input: Value) -> Result<Value> {
    Ok(serde_json::from_slice(&once(address, &signer.json("kms", &format!("TrentService.{operation}"), &input)).await?)?)
}

/// A new key, and what is asked of it again and again. 32 bytes are encrypted, and decrypted.
async fn requests(env: &Value, address: SocketAddr) -> Result<Vec<(&'static str, Request)>> {
    let signer = Signer::new(env, address);
    let made = call(&signer, address, "CreateKey", json!({})).await?;
    let key = &made["KeyMetadata"]["Arn"];
    let context = json!({"purpose": "bench"});
    let plain = json!({"KeyId": key, "Plaintext": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "EncryptionContext": context});
    let sealed = call(&signer, address, "Encrypt", plain.clone()).await?;
    let inputs = [
        plain,
        json!({"CiphertextBlob": sealed["CiphertextBlob"], "EncryptionContext": context}),
        json!({"KeyId": key, "KeySpec": "AES_256", "EncryptionContext": context}),
    ];
    let each = OPERATIONS.into_iter().zip(inputs).map(|(operation, input)| {
        let (signer, target) = (signer.clone(), format!("TrentService.{operation}"));
        (operation, again(move || signer.json("kms", &target, &input)))
    });
    Ok(each.collect())
}

pub(crate) fn measure(run: &Run, table: &mut Table) -> Result<()> {
    run.delivery.made()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let server = run.delivery.up()?;
    let env = run.delivery.environment()?;
    runtime.block_on(async {
        let requests = requests(&env, server.address).await?;
        let plain = bare().await?;
        let mut rounds: Vec<Vec<(Measured, Measured)>> = vec![Vec::new(); requests.len()];
        for _ in 0..ROUNDS {
            for ((operation, request), rounds) in requests.iter().zip(&mut rounds) {
                let bare = measured(LOAD, plain, None, signed(&env, plain)).await?;
                let ours = measured(LOAD, server.address, Some(server.id()), request.clone()).await?;
                println!("  round: bare {:.0} /s, {operation} {:.0} /s, ratio {:.2}", bare.rate, ours.rate, ours.rate / bare.rate);
                rounds.push((bare, ours));
            }
        }
        let how = format!("{} connections, each request signed, client on the same cores; median of {ROUNDS} rounds", LOAD.connections);
        for ((operation, _), mut rounds) in requests.iter().zip(rounds) {
            rounds.sort_by(|(bare, ours), (other, others)| (ours.rate / bare.rate).total_cmp(&(others.rate / other.rate)));
            let (bare, ours) = rounds[ROUNDS / 2];
            table.add(
                &format!("kms {operation}, recorded"),
                format!("{:.0} /s", ours.rate),
                &format!("{}; {how}; aim: a third of the bare answer's rate", cpu(&ours)),
            );
            let ratio = format!("{:.2}", ours.rate / bare.rate);
            table.add(&format!("kms {operation}, ratio to a bare answer"), ratio, &format!("bare axum: {:.0} /s, just before", bare.rate));
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    let [calls, flushes, each] = server.flushes()?;
    table.add(
        "kms calls per flush",
        format!("{:.1}", calls / flushes),
        &format!("over all rounds; {each:.2} ms each flush with its sealing"),
    );
    beside(run, table, &runtime)
}

fn beside(run: &Run, table: &mut Table, runtime: &tokio::runtime::Runtime) -> Result<()> {
    let Some(moto) = Moto::start(run)? else { return Ok(()) };
    let env = moto.environment();
    runtime.block_on(async {
        for (operation, request) in requests(&env, moto.address).await? {
            let theirs = measured(MOTO, moto.address, Some(moto.id()), request).await?;
            table.add(&format!("moto: kms {operation}"), format!("{:.0} /s", theirs.rate), &format!("{}; {}", cpu(&theirs), moto.how));
        }
        Ok(())
    })
}
