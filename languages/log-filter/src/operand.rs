use crate::{Cursor, InvalidPattern, invalid};
use regex_lite::{Regex, RegexBuilder};

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

const OPERATORS: [(&str, Operator); 6] = [
    ("!=", Operator::NotEqual),
    ("<=", Operator::LessEqual),
    (">=", Operator::GreaterEqual),
    ("=", Operator::Equal),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

impl Operator {
    pub(crate) fn parse(cursor: &mut Cursor<'_>) -> Option<Self> {
        cursor.skip_space();
        OPERATORS.iter().find(|(sign, _)| cursor.eat(sign)).map(|(_, operator)| *operator)
    }
}

/// What a value is compared with.
#[derive(Debug)]
pub(crate) enum Operand {
    /// Text with `*` for anything.
    Text(Vec<String>),
    Number(f64),
    Regex(Regex),
}

/// A comparison of a value.
#[derive(Debug)]
pub(crate) struct Comparison {
    operator: Operator,
    operand: Operand,
}

impl Comparison {
    pub(crate) fn parse(operator: Operator, cursor: &mut Cursor<'_>) -> Result<Self, InvalidPattern> {
        cursor.skip_space();
        let operand = match cursor.peek() {
            Some('"') => Operand::Text(pieces(&cursor.between('"', true)?)),
            Some('%') => Operand::Regex(regex(&cursor.between('%', false)?)?),
            _ => {
                let word = cursor.take_while(|c| !c.is_whitespace() && !",()[]{}&|\"=<>".contains(c));
                match word.parse::<f64>() {
                    _ if word.is_empty() => return invalid(format!("Invalid filter pattern: a value is missing{}", cursor.here())),
                    Ok(number) if number.is_finite() => Operand::Number(number),
                    _ => Operand::Text(pieces(word)),
                }
            }
        };
        let by_order = !matches!(operator, Operator::Equal | Operator::NotEqual);
        if by_order && !matches!(operand, Operand::Number(_)) {
            return invalid("Invalid filter pattern: <, <=, > and >= compare with numbers");
        }
        Ok(Self { operator, operand })
    }

    pub(crate) fn holds(&self, value: &str) -> bool {
        let equal = || match &self.operand {
            Operand::Text(pieces) => glob(pieces, value),
            Operand::Number(number) => value.parse::<f64>().is_ok_and(|value| value == *number),
            Operand::Regex(regex) => regex.is_match(value),
        };
        let ordered = |fits: fn(f64, f64) -> bool| match &self.operand {
            Operand::Number(number) => value.parse::<f64>().is_ok_and(|value| fits(value, *number)),
            Operand::Text(_) | Operand::Regex(_) => false,
        };
        match self.operator {
            Operator::Equal => equal(),
            Operator::NotEqual => !equal(),
            Operator::Less => ordered(|a, b| a < b),
            Operator::LessEqual => ordered(|a, b| a <= b),
            Operator::Greater => ordered(|a, b| a > b),
            Operator::GreaterEqual => ordered(|a, b| a >= b),
        }
    }
}

fn pieces(text: &str) -> Vec<String> {
    text.split('*').map(str::to_owned).collect()
}

/// Whether the text is the pieces with anything between them.
fn glob(pieces: &[String], text: &str) -> bool {
    let [first, middle @ .., last] = pieces else { return pieces.first().is_some_and(|only| only == text) };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
    for piece in middle {
        match rest.find(piece.as_str()) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last.as_str())
}

/// Bytes of a compiled expression.
const LARGEST: usize = 64 * 1024;

/// A regular expression in what AWS supports of them: ASCII letters and digits, some symbols, and no groups.
pub(crate) fn regex(text: &str) -> Result<Regex, InvalidPattern> {
    let mut escaped = false;
    for c in text.chars() {
        let fits = c.is_ascii_alphanumeric() || ":_#=@/;,- ^$?[]{}|\\*+.".contains(c);
        if !(fits || escaped && c.is_ascii_graphic()) {
            return invalid(format!("Invalid filter pattern: the character '{c}' is not supported in the regular expression '{text}'"));
        }
        escaped = c == '\\' && !escaped;
    }
    if text.is_empty() {
        return invalid("Invalid filter pattern: the regular expression is empty");
    }
    RegexBuilder::new(text)
        .size_limit(LARGEST)
        .build()
        .or_else(|e| invalid(format!("Invalid filter pattern: the regular expression '{text}' is invalid: {e}")))
}
