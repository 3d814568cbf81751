//! Functions that are true or false.

use super::{Evaluator, Failed};
use crate::Span;
use crate::check::not_boolean;
use crate::expression::{Call, Expr, ExprKind};
use crate::located::Located;
use crate::node::{Name, shorten};

impl Evaluator<'_, '_> {
    pub(super) fn holds(&mut self, condition: &Name) -> Result<bool, Failed> {
        match self.world.conditions.get(condition.text.as_str()) {
            Some(holds) => Ok(*holds),
            None => self.fail(&condition.span, format!("Template error: unresolved condition {}", shorten(&condition.text))),
        }
    }

    /// Whether a condition's expression holds.
    pub(crate) fn condition(&mut self, expr: &Expr) -> Result<bool, Failed> {
        match &expr.kind {
            ExprKind::Call(call) => self.boolean(call, &expr.span),
            ExprKind::Bool(value) => Ok(*value),
            ExprKind::String(text, _) if text == "true" || text == "false" => Ok(text == "true"),
            _ => self.report(not_boolean(&expr.span)),
        }
    }

    pub(super) fn boolean(&mut self, call: &Call, span: &Span) -> Result<bool, Failed> {
        match call {
            Call::Condition(name) => self.holds(name),
            Call::Not(operand) => Ok(!self.condition(operand)?),
            Call::And(operands) => operands.iter().try_fold(true, |all, operand| Ok(self.condition(operand)? && all)),
            Call::Or(operands) => operands.iter().try_fold(false, |any, operand| Ok(self.condition(operand)? || any)),
            Call::Equals(left, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                Ok(match (&left, &right) {
                    (Some(left), Some(right)) => same(left, right),
                    (None, None) => true,
                    _ => false,
                })
            }
            Call::Contains(list, item) => {
                let (list, item) =
                    (self.list(list, "the first parameter of Fn::Contains")?, self.text(item, "the second parameter of Fn::Contains")?);
                Ok(list.items().unwrap_or_default().iter().any(|member| same(member, &item)))
            }
            Call::EachMemberEquals(list, item) => {
                let (list, item) = (
                    self.list(list, "the first parameter of Fn::EachMemberEquals")?,
                    self.text(item, "the second parameter of Fn::EachMemberEquals")?,
                );
                Ok(list.items().unwrap_or_default().iter().all(|member| same(member, &item)))
            }
            Call::EachMemberIn(list, allowed) => {
                let (list, allowed) = (
                    self.list(list, "the first parameter of Fn::EachMemberIn")?,
                    self.list(allowed, "the second parameter of Fn::EachMemberIn")?,
                );
                let allowed = allowed.items().unwrap_or_default();
                Ok(list.items().unwrap_or_default().iter().all(|member| allowed.iter().any(|one| same(member, one))))
            }
            _ => self.report(not_boolean(span)),
        }
    }
}

/// Equality as conditions see it: scalars by their text.
fn same(left: &Located, right: &Located) -> bool {
    match (left.text(), right.text()) {
        (Some(left), Some(right)) => left == right,
        _ => left.to_json() == right.to_json(),
    }
}
