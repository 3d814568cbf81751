//! Statements that say less, in the user's own words.

use super::{Choice, Mending, words::Reader};
use crate::{
    Repair,
    grants::{Item, Narrow},
};
use patch::Change;
use serde_json::{Value as Json, json};

impl Mending<'_> {
    /// The repair by which a statement says what its calls need: of the policy at a JSON pointer in the properties of the
    /// resource of this number. None: it is not the user's to change, or it is all that its policy has.
    pub(crate) fn narrowed(&self, made: usize, pointer: &str, statement: usize, narrow: &Narrow) -> Option<Repair> {
        let site = self.site(self.resources.get(made)?, pointer.to_owned(), false)?;
        let all = site.statements();
        let (listed, single) = (format!("{pointer}/Statement/{statement}"), format!("{pointer}/Statement"));
        let stated = all.iter().find(|stated| stated.pointer() == listed || (statement == 0 && stated.pointer() == single))?;
        let reader = Reader { stack: site.stack, resource: &site.made.logical_id };
        let title;
        let changes = if narrow.actions.is_empty() {
            title = format!("take {} away", stated.name());
            (all.len() > 1).then(|| vec![Change::Remove { path: stated.path.clone() }])?
        } else {
            title = format!("let {} say what its calls need", stated.name());
            let lists = [("Action", &narrow.actions), ("Resource", &narrow.resources)];
            let change = |(element, items): (&str, &Vec<Item>)| {
                let path = stated.path.then(element);
                let value = self.items(&site.document.value(&path)?, items, reader)?;
                Some(value.map(|value| Change::Replace { path, value }))
            };
            lists.into_iter().map(change).collect::<Option<Vec<_>>>()?.into_iter().flatten().collect()
        };
        let file = site.stack.template.clone();
        let changes = changes.into_iter().map(|change| (file.clone(), change)).collect();
        let repair = self.repair(vec![Choice { title, statement: Json::Null, changes, causes: Vec::new(), guardrail: None }]);
        (!repair.patches.is_empty()).then_some(repair)
    }

    /// The items of a list as they are written; none: it is that already. No answer: the list is not written out.
    fn items(&self, written: &Json, items: &[Item], reader: Reader<'_>) -> Option<Option<Json>> {
        let list = match written {
            Json::Array(list) => list.clone(),
            one => vec![one.clone()],
        };
        let item = |item: &Item| match item {
            Item::As(at) => list.get(*at).cloned(),
            Item::New(text) => Some(self.written(Some(reader), text)),
        };
        let mut new: Vec<Json> = items.iter().map(item).collect::<Option<_>>()?;
        new.dedup();
        if new == list {
            return Some(None);
        }
        Some(Some(match (written, new.as_slice()) {
            (Json::Array(_), _) => json!(new),
            (_, [one]) => one.clone(),
            _ => json!(new),
        }))
    }
}
