//! The layers of the source: a file imports only from its own layer and from those below, and no files import each
//! other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// From the top to the bottom. Layers of one line do not know each other.
const LAYERS: &[&[&str]] = &[
    &["main"],
    &["cli"],
    &["commands"],
    &["output"],
    &["formats", "doctor", "ovn", "resolver"],
    &["plan"],
    &["model"],
    &["error"],
];

/// A module's path, as `crate::` has it: `model::zone`.
type Module = Vec<String>;

/// What one module imports, each as a whole path of segments.
struct Source {
    module: Module,
    imports: BTreeSet<Module>,
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = entries
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    found.sort();
    found
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let read = |path: PathBuf| {
        let inside = path.strip_prefix(&root).unwrap().with_extension("");
        let mut module: Module = inside.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
        module.pop_if(|name| name == "mod");
        let text = fs::read_to_string(&path).unwrap();
        // What only tests import is no matter of the layers.
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned();
        Source { imports: imports(&text, &module), module }
    };
    files(&root).into_iter().map(read).filter(|source| source.module != ["lib"]).collect()
}

/// The paths of a file that begin with `crate`, `super`, the crate's name or a module that the file declares, with
/// their groups opened.
fn imports(text: &str, module: &Module) -> BTreeSet<Module> {
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    let code = lines.collect::<Vec<_>>().join("\n");
    let words = code.lines().map(|line| line.trim_start().trim_start_matches("pub "));
    let declared = words.filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    let mut found = BTreeSet::new();
    for start in ["crate", "super", "qdns"].into_iter().chain(declared) {
        for (at, _) in code.match_indices(&format!("{start}::")) {
            let before = code[..at].chars().next_back();
            if before.is_none_or(|c| !(c.is_alphanumeric() || c == '_' || c == ':')) {
                found.extend(opened(&code[at..]).iter().filter_map(|path| absolute(path, module)));
            }
        }
    }
    found
}

/// `a::{b, c::{d, e}}` as `a::b`, `a::c::d`, `a::c::e`.
fn opened(text: &str) -> Vec<Module> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(text.len());
    let head = &text[..end];
    let segments: Module = head.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
    if !(head.ends_with("::") && text[end..].starts_with('{')) {
        return vec![segments];
    }
    let (mut depth, mut items, mut item) = (0, Vec::new(), String::new());
    for c in text[end..].chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && c == ',') {
            items.push(std::mem::take(&mut item));
        } else if !(depth == 1 && c == '{') {
            item.push(c);
        }
        if depth == 0 {
            break;
        }
    }
    let inner = items.iter().map(|item| item.trim()).filter(|item| !item.is_empty()).flat_map(opened);
    inner.map(|rest| segments.iter().cloned().chain(rest).collect()).collect()
}

/// A path from the crate's root.
fn absolute(path: &Module, module: &Module) -> Option<Module> {
    let ups = path.iter().take_while(|part| *part == "super").count();
    if matches!(path[0].as_str(), "crate" | "qdns") {
        return Some(path[1..].to_vec());
    }
    // A folder's module has its path, so `super` is the folder above for it and for no other file.
    let kept = module.len().checked_sub(ups)?;
    let rest = path[ups..].iter().filter(|part| *part != "self");
    Some(module[..kept].iter().chain(rest).cloned().collect())
}

fn layer(module: &[String]) -> usize {
    let name = module.first().map(String::as_str).unwrap_or_default();
    LAYERS.iter().position(|layer| layer.contains(&name)).unwrap_or_else(|| panic!("{name} has no layer"))
}

#[test]
fn imports_point_down_only() {
    let mut wrong = Vec::new();
    for source in sources() {
        for import in source.imports.iter().filter(|import| !import.is_empty()) {
            let (from, to) = (layer(&source.module), layer(import));
            if to < from || (to == from && import[0] != source.module[0]) {
                wrong.push(format!("{} imports {}", source.module.join("::"), import.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "these imports point up or across:\n{}", wrong.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let sources = sources();
    let modules: BTreeSet<&Module> = sources.iter().map(|source| &source.module).collect();
    // The file that an import is in: the longest beginning that is a module.
    let file = |import: &Module| {
        let beginnings = (1..=import.len()).rev().map(|length| import[..length].to_vec());
        beginnings.into_iter().find(|beginning| modules.contains(beginning))
    };
    let mut edges: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for source in &sources {
        let to = source.imports.iter().filter_map(file).filter(|to| *to != source.module);
        edges.insert(source.module.clone(), to.collect());
    }
    // Files that import nothing that is left are taken away until none is; what remains is a circle.
    loop {
        let free: Vec<Module> = edges
            .iter()
            .filter(|(_, to)| to.iter().all(|to| !edges.contains_key(to)))
            .map(|(from, _)| from.clone())
            .collect();
        if free.is_empty() {
            break;
        }
        free.iter().for_each(|module| drop(edges.remove(module)));
    }
    // What only leads to a circle is no part of it.
    loop {
        let wanted: BTreeSet<Module> = edges.values().flatten().cloned().collect();
        let before = edges.len();
        edges.retain(|module, _| wanted.contains(module));
        if edges.len() == before {
            break;
        }
    }
    let names: Vec<String> = edges.keys().map(|module| module.join("::")).collect();
    assert!(names.is_empty(), "these files import each other in a circle:\n{}", names.join("\n"));
}
