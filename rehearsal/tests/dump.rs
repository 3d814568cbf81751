use rehearsal::inputs::*;
struct R;
impl Reader for R {
    fn held(&self, p: &str) -> Held {
        let p = std::path::Path::new(p);
        if p.is_dir() {
            Held::Folder
        } else if p.is_file() {
            Held::File
        } else {
            Held::Nothing
        }
    }
    fn read(&self, p: &str, _: usize) -> Result<Vec<u8>, String> {
        std::fs::read(p).map_err(|e| e.to_string())
    }
    fn list(&self, p: &str) -> Result<Vec<(String, Held)>, String> {
        Ok(std::fs::read_dir(p)
            .map_err(|e| e.to_string())?
            .map(|e| {
                let e = e.unwrap();
                (e.file_name().to_string_lossy().into_owned(), if e.file_type().unwrap().is_dir() { Held::Folder } else { Held::File })
            })
            .collect())
    }
}
#[test]
fn dump() {
    let paths: Vec<String> = std::env::var("P").unwrap().split(' ').map(str::to_owned).collect();
    let e = |n: &str| std::env::var(n).unwrap_or_default().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    match read(&Options { paths, accounts: e("A"), parameters: e("Q"), account_states: e("S"), trails: e("T"), ..Options::default() }, &R) {
        Err(p) => {
            for p in p {
                println!("PROBLEM {p}")
            }
        }
        Ok((estate, findings)) => {
            for f in findings {
                println!(
                    "{:?} {} {:?} {:?}",
                    f.severity,
                    f.title,
                    f.place().map(|p| format!("{}:{}:{}+{}", p.file, p.line, p.column, p.length)),
                    f.notes
                )
            }
            println!("{} {:#?}", estate.region, estate.accounts);
            for s in &estate.stacks {
                println!("STACK {} {} {} {:?} {:?}", s.account, s.name, s.template, s.parameters, s.region)
            }
            for p in &estate.pipelines {
                println!("PIPE {} {} {} {:?}", p.account, p.file, p.input, p.outputs)
            }
            for (k, t) in &estate.given.texts {
                println!("=== {k}\n{}", t.text)
            }
            for s in &estate.sources {
                println!("SRC {:?} {:?}", s.origin, s.files.as_ref().map(|f| f.iter().map(|f| f.path.clone()).collect::<Vec<_>>()))
            }
            println!("{:?}\n{:?}", estate.given.state, estate.given.trail);
        }
    }
}
