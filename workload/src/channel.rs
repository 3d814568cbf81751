//! Messages with descriptors over a pair of sockets.

use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;

use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, recvmsg, sendmsg};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// More than any message has; below what the kernel carries.
const MAX_DESCRIPTORS: usize = 100;
const MAX_MESSAGE: usize = 8 << 20;

/// Sends one message with descriptors.
pub(crate) fn send(mut socket: &UnixStream, message: &impl Serialize, descriptors: &[impl AsFd]) -> io::Result<()> {
    let body = serde_json::to_vec(message)?;
    if body.len() > MAX_MESSAGE || descriptors.len() > MAX_DESCRIPTORS {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the message is too large"));
    }
    let length = u32::try_from(body.len()).map_err(io::Error::other)?.to_be_bytes();
    let raw: Vec<RawFd> = descriptors.iter().map(|fd| fd.as_fd().as_raw_fd()).collect();
    let rights = [ControlMessage::ScmRights(&raw)];
    let control = if raw.is_empty() { &[][..] } else { &rights[..] };
    // Four bytes into a fresh socket buffer: never split.
    sendmsg::<()>(socket.as_raw_fd(), &[IoSlice::new(&length)], control, MsgFlags::MSG_NOSIGNAL, None)?;
    socket.write_all(&body)
}

/// Receives one message with its descriptors; an `UnexpectedEof` when the other end is gone.
pub(crate) fn receive<T: DeserializeOwned>(mut socket: &UnixStream) -> io::Result<(T, Vec<OwnedFd>)> {
    let mut length = [0; 4];
    let descriptors = receive_head(socket, &mut length)?;
    let length = u32::from_be_bytes(length) as usize;
    if length > MAX_MESSAGE {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the message is too large"));
    }
    let mut body = vec![0; length];
    socket.read_exact(&mut body)?;
    Ok((serde_json::from_slice(&body)?, descriptors))
}

fn receive_head(mut socket: &UnixStream, length: &mut [u8; 4]) -> io::Result<Vec<OwnedFd>> {
    let mut space = nix::cmsg_space!([RawFd; MAX_DESCRIPTORS]);
    let mut descriptors = Vec::new();
    let (count, truncated) = {
        let mut parts = [IoSliceMut::new(length)];
        let received = loop {
            let flags = MsgFlags::MSG_CMSG_CLOEXEC;
            match recvmsg::<()>(socket.as_raw_fd(), &mut parts, Some(&mut space), flags) {
                Err(nix::Error::EINTR) => {}
                other => break other?,
            }
        };
        for message in received.cmsgs()? {
            if let ControlMessageOwned::ScmRights(fds) = message {
                // SAFETY: the kernel has just made these descriptors for this process; nobody else owns them.
                descriptors.extend(fds.into_iter().map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }));
            }
        }
        (received.bytes, received.flags.contains(MsgFlags::MSG_CTRUNC))
    };
    if count == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    if truncated {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the message has too many descriptors"));
    }
    socket.read_exact(&mut length[count..])?;
    Ok(descriptors)
}

/// For messages without descriptors.
pub(crate) const NONE: &[OwnedFd] = &[];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_arrive_with_their_message() {
        let (a, b) = UnixStream::pair().unwrap();
        let (mut reader, writer) = std::io::pipe().unwrap();
        send(&a, &"first", NONE).unwrap();
        send(&a, &"second", &[OwnedFd::from(writer)]).unwrap();
        let (first, none) = receive::<String>(&b).unwrap();
        assert_eq!((first.as_str(), none.len()), ("first", 0));
        let (second, mut one) = receive::<String>(&b).unwrap();
        assert_eq!((second.as_str(), one.len()), ("second", 1));
        std::fs::File::from(one.remove(0)).write_all(b"through").unwrap();
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "through");
    }

    #[test]
    fn the_end_is_told_apart_from_a_message() {
        let (a, b) = UnixStream::pair().unwrap();
        drop(a);
        assert_eq!(receive::<String>(&b).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_length_beyond_the_limit_is_refused() {
        let (mut a, b) = UnixStream::pair().unwrap();
        a.write_all(&[0xff; 4]).unwrap();
        assert_eq!(receive::<String>(&b).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
