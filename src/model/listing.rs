//! Long lists in one line.

/// At most ten of these names, and how many more there are.
pub fn some_of(names: &[String]) -> String {
    const SHOWN: usize = 10;
    let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{shown} and {} more", names.len() - SHOWN) } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize) -> Vec<String> {
        (1..=count).map(|n| n.to_string()).collect()
    }

    #[test]
    fn ten_names_are_all_listed() {
        assert_eq!(some_of(&names(10)), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10");
    }

    #[test]
    fn the_rest_of_twelve_names_is_counted() {
        assert_eq!(some_of(&names(12)), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more");
    }
}
