//! `Fn::Cidr`: cutting an address block.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The first `count` blocks of `2^bits` addresses in `block`.
pub(crate) fn blocks(block: &str, count: &str, bits: Option<&str>) -> Result<Vec<String>, String> {
    let parsed = block.split_once('/').and_then(|(address, prefix)| Some((address.parse::<IpAddr>().ok()?, prefix.parse::<u32>().ok()?)));
    let Some((address, prefix)) = parsed else {
        return Err("the block is written address/prefix, such as 10.0.0.0/16".to_owned());
    };
    let (start, width) = match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    let count: u128 = count.parse().ok().filter(|count| (1..=256).contains(count)).ok_or("the count is a number from 1 to 256")?;
    let bits: u32 = match bits {
        Some(bits) => bits.parse().map_err(|_| "the number of bits is a number")?,
        None if width == 32 => 8,
        None => return Err("an IPv6 block needs the number of bits".to_owned()),
    };
    if prefix > width || bits > width {
        return Err(format!("a prefix and a number of bits are at most {width}"));
    }
    let room = width - prefix;
    if bits > room || (room - bits < 9 && count > 1 << (room - bits)) {
        return Err(format!("{count} blocks of 2^{bits} addresses do not fit into a /{prefix}"));
    }
    let start = if room >= 128 { 0 } else { start >> room << room };
    let step = 1_u128.checked_shl(bits).unwrap_or(0);
    Ok((0..count)
        .map(|index| {
            let at = start.wrapping_add(index.wrapping_mul(step));
            let address = if width == 32 { IpAddr::V4(Ipv4Addr::from(at as u32)) } else { IpAddr::V6(Ipv6Addr::from(at)) };
            format!("{address}/{}", width - bits)
        })
        .collect())
}
