//! moto's server, for a look to the side.

use crate::{Result, Run, process::free_address};
use serde_json::{Value, json};
use std::{
    ffi::OsString,
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// A running one, which ends with the bench.
pub(crate) struct Moto {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) how: &'static str,
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Moto {
    /// Starts it if it is there; says so if it is not.
    pub(crate) fn start(run: &Run) -> Result<Option<Self>> {
        let program = run.moto.as_ref().map_or(OsString::from("moto_server"), |path| path.clone().into_os_string());
        let address = free_address()?;
        let mut command = Command::new(&program);
        command.args(["-H", &address.ip().to_string(), "-p", &address.port().to_string()]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = match command.spawn() {
            Ok(child) => child,
            Err(e) if run.moto.is_none() => {
                println!("  moto is not measured: {} cannot be started ({e}); pip install 'moto[server]'", program.display());
                return Ok(None);
            }
            Err(e) => return Err(format!("{}: {e}", program.display()).into()),
        };
        let how = "in memory, in its defaults: no signature is verified, no policy decided, nothing recorded";
        let mut moto = Self { child, address, how };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            if let Some(status) = moto.child.try_wait()? {
                println!("  moto is not measured: {} ended with {status}", program.display());
                return Ok(None);
            }
            if begun.elapsed() > Duration::from_secs(60) {
                return Err("moto does not listen".into());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(Some(moto))
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Any credentials do.
    pub(crate) fn environment(&self) -> Value {
        json!({"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_REGION": "us-east-1"})
    }
}
