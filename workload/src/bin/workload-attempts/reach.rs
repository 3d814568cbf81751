//! What lies outside: files, processes, sockets, groups.

use std::fs;
use std::net::UdpSocket;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::path::Path;
use std::time::Duration;

use super::Outcome;

pub(super) fn attempt(name: &str, argument: &str) -> Option<Outcome> {
    Some(match name {
        "abstract-socket" => abstract_socket(argument),
        "append" => append(argument),
        "daemon-outlives" => daemon(argument),
        "descriptor" => descriptor(argument),
        "disk" => disk(argument),
        "signal" => signal(argument),
        "environment-of" => read(&Path::new("/proc").join(argument).join("environ")),
        "files-of" => list(&Path::new("/proc").join(argument).join("root")),
        "descriptors-of" => list(&Path::new("/proc").join(argument).join("fd")),
        "group" => group(),
        "link" => link(argument),
        "list" => list(Path::new(argument)),
        "processes-seen" => seen(argument),
        "read" => read(Path::new(argument)),
        "unix-socket" => UnixStream::connect(argument).map(|_| String::new()).map_err(Into::into),
        "udp" => udp(argument),
        _ => return None,
    })
}

fn read(path: &Path) -> Outcome {
    let bytes = fs::read(path)?;
    if bytes.is_empty() { Err("it is empty".into()) } else { Ok(String::new()) }
}

fn append(path: &str) -> Outcome {
    use std::io::Write;
    fs::File::options().append(true).open(path)?.write_all(b"x")?;
    Ok(String::new())
}

fn list(path: &Path) -> Outcome {
    Ok(fs::read_dir(path)?.count().to_string())
}

/// A link in the workspace that leads out of it.
fn link(target: &str) -> Outcome {
    let _ = fs::remove_file("way-out");
    std::os::unix::fs::symlink(target, "way-out")?;
    read(Path::new("way-out"))
}

fn seen(process: &str) -> Outcome {
    let text = fs::read_to_string(Path::new("/proc").join(process).join("cmdline"))?;
    if text.is_empty() { Err("it has no command".into()) } else { Ok(String::new()) }
}

/// Asks whether it could be sent one.
fn signal(process: &str) -> Outcome {
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(process.parse()?), None)?;
    Ok(String::new())
}

fn abstract_socket(name: &str) -> Outcome {
    UnixStream::connect_addr(&SocketAddr::from_abstract_name(name)?)?;
    Ok(String::new())
}

/// A word there and back.
fn udp(address: &str) -> Outcome {
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    socket.set_read_timeout(Some(Duration::from_secs(1)))?;
    socket.send_to(b"hello", address)?;
    let mut answer = [0; 16];
    socket.recv(&mut answer)?;
    Ok(String::new())
}

/// Something that whoever started this program left open.
fn descriptor(number: &str) -> Outcome {
    read(&Path::new("/proc/self/fd").join(number))
}

fn disk(path: &str) -> Outcome {
    for number in 0..64 {
        fs::write(Path::new(path).join(format!("filler{number}")), vec![1; 1 << 20])?;
    }
    // Time for whoever looks.
    std::thread::sleep(Duration::from_millis(600));
    Ok(String::new())
}

/// Makes a group of its own below its own, whose bounds it would set.
fn group() -> Outcome {
    let mounts = fs::read_to_string("/proc/self/mountinfo")?;
    let at = mounts.lines().find(|line| line.contains(" - cgroup")).and_then(|line| line.split(' ').nth(4));
    let folder = Path::new(at.ok_or("no control groups are mounted")?).join(format!("attempt-{}", std::process::id()));
    fs::create_dir(&folder)?;
    fs::remove_dir(&folder)?;
    Ok(String::new())
}

/// Leaves a process that writes after its parents have gone.
fn daemon(path: &str) -> Outcome {
    let text = "setsid sh -c 'sleep 1; echo alive > \"$0\"' \"$0\" >/dev/null 2>&1 & exit 0";
    let status = std::process::Command::new("/bin/sh").args(["-c", text, path]).status()?;
    if status.success() { Ok(String::new()) } else { Err("the shell failed".into()) }
}
