//! The figures, each with how it was measured.

#[derive(Default)]
pub(crate) struct Table(Vec<[String; 3]>);

impl Table {
    pub(crate) fn add(&mut self, what: &str, figure: String, how: &str) {
        println!("{what}: {figure}");
        self.0.push([what.into(), figure, how.into()]);
    }

    pub(crate) fn print(&self) {
        let width = |column: usize| self.0.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let (what, figure) = (width(0), width(1));
        println!();
        for row in &self.0 {
            println!("{:<what$}  {:>figure$}  {}", row[0], row[1], row[2]);
        }
    }
}

/// The middle one.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
