//! Which statements of a policy may be about an action: told without looking at the statements themselves.

use crate::statement::{ActionPattern, Statement};

/// What is asked for, prepared once for all statements.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The service's prefix.
    pub service: &'a str,
    /// The action's name.
    pub name: &'a str,
    mask: Mask,
    service_start: u64,
    start: u64,
}

impl<'a> Asked<'a> {
    pub fn new(service: &'a str, name: &'a str) -> Self {
        let mask = Mask { services: service_bit(service), names: start_bits(name) };
        Self { service, name, mask, service_start: start(service), start: start(name) }
    }
}

/// A bit for each service, and bits for how each name begins. False alarms are possible, misses are not.
#[derive(Debug, Clone, Copy, Default)]
struct Mask {
    services: u64,
    names: u64,
}

impl Mask {
    const ALL: Self = Self { services: u64::MAX, names: u64::MAX };

    fn of(statement: &Statement) -> Self {
        if statement.action.negated {
            return Self::ALL;
        }
        statement.action.list.iter().map(Self::of_action).fold(Self::default(), Self::and)
    }
    fn of_action(action: &ActionPattern) -> Self {
        let (Some(service), start) = (action.service(), action.literal_start()) else { return Self::ALL };
        let names = match (start.len(), action.is_exact()) {
            (0, false) => u64::MAX,
            (1..LETTERS, false) => FIRSTS_OF_LONGER | start_bits(start),
            _ => start_bits(start),
        };
        Self { services: service_bit(service), names }
    }
    fn and(self, other: Self) -> Self {
        Self { services: self.services | other.services, names: self.names | other.names }
    }
    fn may_cover(self, asked: Self) -> bool {
        self.services & asked.services != 0 && self.names & asked.names == asked.names
    }
}

/// So many letters say how a name begins.
const LETTERS: usize = 4;
const FIRSTS_OF_LONGER: u64 = u64::MAX << 32;

/// The first eight bytes of a text in one number, the first one lowest.
pub(crate) fn first_eight(text: &str) -> u64 {
    match text.as_bytes().first_chunk::<8>() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => text.bytes().rev().fold(0, |sum, byte| sum << 8 | u64::from(byte)),
    }
}

/// As [`first_eight`], letters without case; also other bytes may become the same.
fn start(text: &str) -> u64 {
    let used = 8 * text.len().min(8) as u32;
    let case = 0x2020_2020_2020_2020 & u64::MAX.checked_shr(64 - used).unwrap_or(0);
    first_eight(text) | case
}

/// One bit of the lower half for the first letter, one of the upper half for the first four.
fn start_bits(name: &str) -> u64 {
    let start = start(name) & 0xffff_ffff;
    let four = start.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 59;
    1 << (start & 31) | 1 << (32 + four)
}

fn service_bit(service: &str) -> u64 {
    let sum = service.bytes().fold(service.len() as u64, |sum, byte| (sum ^ u64::from(byte | 0x20)).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    1 << (sum >> 58)
}

/// How all texts begin that a pattern matches: up to eight letters, compared before the pattern itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    letters: u64,
    mask: u64,
}

impl Start {
    /// Of a pattern that begins with `length` literal letters; `exact` has nothing else.
    pub fn of(letters: u64, length: usize, exact: bool) -> Self {
        let mask = if exact || length >= 8 { u64::MAX } else { (1 << (8 * length)) - 1 };
        Self { letters: letters & mask, mask }
    }
    #[inline]
    pub fn allows(self, letters: u64) -> bool {
        letters & self.mask == self.letters
    }
}

/// How the service and the names that an action covers begin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beginning {
    service: u64,
    name: Start,
}

impl Beginning {
    pub fn of(service: &str, literal: &str, exact: bool) -> Self {
        Self { service: start(service), name: Start::of(start(literal), literal.len(), exact) }
    }
    #[inline]
    pub fn may_cover(self, asked: &Asked<'_>) -> bool {
        self.name.allows(asked.start) && asked.service_start == self.service
    }
}

/// What a policy's statements may be about.
#[derive(Debug)]
pub(crate) struct Index {
    all: Mask,
    statements: Box<[Mask]>,
}

impl Index {
    pub fn of(statements: &[Statement]) -> Self {
        let statements: Box<[Mask]> = statements.iter().map(Mask::of).collect();
        Self { all: statements.iter().copied().fold(Mask::default(), Mask::and), statements }
    }
    /// The statements that may be about the action, by their indexes.
    pub fn about(&self, asked: &Asked<'_>) -> impl Iterator<Item = usize> {
        let mask = asked.mask;
        let statements = if self.all.may_cover(mask) { &*self.statements } else { &[] };
        statements.iter().enumerate().filter(move |(_, own)| own.may_cover(mask)).map(|(index, _)| index)
    }
}
