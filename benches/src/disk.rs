//! What the disk gives by itself, in the folder where the server's data lie.

use crate::{Result, table::Table};
use std::{
    fs::{self, File},
    io::{Seek, SeekFrom, Write},
    path::Path,
    thread,
    time::Instant,
};

const FLUSHES: u32 = 500;
const WRITERS: usize = 8;
const FILES: usize = 10;

/// Bytes that are not all the same.
pub(crate) fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 / 8) as u8).collect()
}

/// A small write and its flush, in milliseconds: over a file that is there already, as a log is.
pub(crate) fn flush(folder: &Path, table: &mut Table) -> Result<f64> {
    let path = folder.join("bench.flush");
    let mut file = File::create(&path)?;
    file.write_all(&vec![0; 4096 * FLUSHES as usize])?;
    file.sync_all()?;
    file.seek(SeekFrom::Start(0))?;
    let begun = Instant::now();
    for _ in 0..FLUSHES {
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
    }
    let each = begun.elapsed().as_secs_f64() * 1e3 / f64::from(FLUSHES);
    fs::remove_file(&path)?;
    table.add("a flush of this disk", format!("{each:.2} ms"), "write of 4 KiB into a file, fdatasync; nothing of the server");
    Ok(each)
}

/// Files of this length, written and flushed by eight threads.
pub(crate) fn files(folder: &Path, length: usize, table: &mut Table) -> Result<()> {
    let bytes = content(length);
    let path = |writer: usize, file: usize| folder.join(format!("bench.{writer}.{file}"));
    let write = |writer| {
        (0..FILES).try_for_each(|n| {
            let mut file = File::create(path(writer, n))?;
            file.write_all(&bytes)?;
            file.sync_data()
        })
    };
    let begun = Instant::now();
    thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(move || write(writer))).collect();
        writers.into_iter().try_for_each(|writer| writer.join().unwrap_or_else(|_| Err(std::io::Error::other("a writer failed"))))
    })?;
    let rate = (WRITERS * FILES) as f64 / begun.elapsed().as_secs_f64();
    for writer in 0..WRITERS {
        (0..FILES).try_for_each(|file| fs::remove_file(path(writer, file)))?;
    }
    let how = format!("{WRITERS} threads write and fdatasync; nothing of the server");
    table.add(&format!("plain files of {} MiB on this disk", length >> 20), format!("{rate:.0} /s"), &how);
    Ok(())
}
