//! A delivery from nothing, and a server's start.

use crate::{
    Result, Run,
    table::{Table, median},
};

const STARTS: usize = 11;

pub(crate) fn measure(Run { delivery, .. }: &Run, table: &mut Table) -> Result<()> {
    let ms = |time: std::time::Duration| time.as_secs_f64() * 1e3;
    table.add("quickstart, first run", format!("{:.0} ms", ms(delivery.run()?)), "stack, push, build, deployment; from nothing");
    table.add("quickstart, run again", format!("{:.0} ms", ms(delivery.run()?)), "nothing changed");
    let (mut accepted, mut answered, mut resident) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let server = delivery.up()?;
        accepted.push(ms(server.accepted));
        answered.push(ms(server.answered));
        resident.push(server.resident_mib()?);
        server.stop()?;
    }
    let how = format!("from the start of the process; median of {STARTS}");
    table.add("start until it accepts", format!("{:.1} ms", median(accepted)), &how);
    table.add("start until it has answered", format!("{:.1} ms", median(answered)), &format!("a call, recorded; {how}"));
    table.add("resident after start", format!("{:.1} MiB", median(resident)), "VmRSS once it has answered");
    Ok(())
}
