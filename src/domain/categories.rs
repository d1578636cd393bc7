//! The category taxonomy: what the provider's values mean and how people call them.
//!
//! Values the table does not know are kept and shown in plain words. Invariant: no category at all
//! ("uncategorised") is never taken for the category "other".

mod taxonomy;

use std::borrow::Cow;

pub use taxonomy::{CATEGORIES, PRIMARIES};

use super::{money::Money, transactions::Kind};

/// What people call the absence of a category; `cat:uncategorised` finds it.
pub const UNCATEGORISED: &str = "Uncategorised";

/// What a transaction of a category means for its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Spending, or a refund of it.
    Expense,
    /// Income, or a reversal of it.
    Income,
    /// Between the owner's own accounts, debts included.
    Transfer,
    /// The category does not say: money out is spending, money in is income.
    BySign,
}

/// Which versions of Plaid's taxonomy have a category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versions {
    /// Both.
    Both,
    /// Only the first.
    V1,
    /// Only the second.
    V2,
}

/// A group of categories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Primary {
    /// `FOOD_AND_DRINK`.
    pub id: &'static str,
    /// `Food and drink`.
    pub name: &'static str,
    /// What its categories mean where they do not say otherwise.
    pub meaning: Meaning,
}

/// A category of the taxonomy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Category {
    /// `FOOD_AND_DRINK_GROCERIES`: the group's id, an underscore, the rest.
    pub id: &'static str,
    /// `Groceries`.
    pub name: &'static str,
    /// Its group.
    pub primary: Primary,
    /// What it means.
    pub meaning: Meaning,
    /// Which versions have it.
    pub versions: Versions,
}

/// The category with that id.
pub fn get(id: &str) -> Option<&'static Category> {
    CATEGORIES.iter().find(|category| category.id == id)
}

/// The group that an id belongs to, whether it is a category's or a group's own; unknown categories go by their beginning.
pub fn primary_of(id: &str) -> Option<&'static Primary> {
    let belongs =
        |primary: &&Primary| id.strip_prefix(primary.id).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    PRIMARIES.iter().find(belongs)
}

/// What people call a category or a group; an unknown value in plain words, the owner's own word as it is.
pub fn name_of(id: &str) -> Cow<'_, str> {
    if let Some(category) = get(id) {
        return category.name.into();
    }
    if let Some(primary) = PRIMARIES.iter().find(|primary| primary.id == id) {
        return primary.name.into();
    }
    let shouted =
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit());
    if !shouted {
        return id.into();
    }
    let mut words = id.to_lowercase().replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words.into()
}

/// What a transaction means when nobody said otherwise: by its category, else by its group, else by its sign.
pub fn default_kind(id: Option<&str>, amount: Money) -> Kind {
    let meaning =
        id.and_then(|id| get(id).map(|category| category.meaning).or_else(|| primary_of(id).map(|p| p.meaning)));
    match meaning.unwrap_or(Meaning::BySign) {
        Meaning::Transfer => Kind::Transfer,
        Meaning::Income => Kind::Income,
        Meaning::BySign if amount.minor > 0 => Kind::Income,
        Meaning::Expense | Meaning::BySign => Kind::Expense,
    }
}

/// Whether `cat:word` selects a transaction of this category: the word is part of its id, its name or its group's name,
/// without case; `uncategorised` selects those without one.
pub fn matches(id: Option<&str>, word: &str) -> bool {
    let word = plain(word);
    let Some(id) = id else {
        return word == "uncategorised" || word == "uncategorized";
    };
    let group = primary_of(id).map_or("", |primary| primary.name);
    [id, &name_of(id), group].into_iter().any(|text| plain(text).contains(&word))
}

/// The categories that a word may mean, best match first: the one with this id or name, else those of which an id or name
/// begins with it or contains it. More than one is ambiguous, none is a word of the owner's own.
pub fn candidates(word: &str) -> Vec<&'static Category> {
    let word = plain(word);
    let spellings = |category: &Category| {
        let rest = category.id.get(category.primary.id.len() + 1..).unwrap_or("");
        [plain(category.id), plain(category.name), plain(rest)]
    };
    let that = |test: &dyn Fn(&str) -> bool| {
        CATEGORIES
            .iter()
            .filter(|category| spellings(category).iter().any(|spelling| test(spelling)))
            .collect::<Vec<_>>()
    };
    let tests: [&dyn Fn(&str) -> bool; 3] = [&|s| s == word, &|s| s.starts_with(&word), &|s| s.contains(&word)];
    tests.into_iter().map(that).find(|found| !found.is_empty()).unwrap_or_default()
}

/// Lower case, with spaces for underscores: the form in which ids, names and words are compared.
fn plain(text: &str) -> String {
    text.to_lowercase().replace(['_', '-'], " ")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn kind(id: &str, minor: i64) -> Kind {
        default_kind(Some(id).filter(|id| !id.is_empty()), Money::new(minor, "USD".parse().unwrap()))
    }

    #[test]
    fn the_table_has_both_versions_whole() {
        let count =
            |version| CATEGORIES.iter().filter(|c| c.versions == Versions::Both || c.versions == version).count();
        assert_eq!((count(Versions::V1), count(Versions::V2), PRIMARIES.len()), (104, 127, 18));
        let ids: HashSet<_> = CATEGORIES.iter().map(|category| category.id).collect();
        assert_eq!(ids.len(), CATEGORIES.len(), "no id twice");
        for category in CATEGORIES {
            assert_eq!(primary_of(category.id), Some(&category.primary), "{}", category.id);
        }
    }

    #[test]
    fn names_are_for_people_and_unknown_values_stay_readable() {
        for (id, name) in [
            ("FOOD_AND_DRINK_GROCERIES", "Groceries"),
            ("FOOD_AND_DRINK", "Food and drink"),
            ("TRAVEL_SPACE_FLIGHTS", "Travel space flights"),
            ("V3", "V3"),
            ("Büro", "Büro"),
            ("", ""),
        ] {
            assert_eq!(name_of(id), name);
        }
        assert_eq!(primary_of("TRAVEL_SPACE_FLIGHTS").unwrap().id, "TRAVEL");
        assert_eq!(primary_of("TRAVELLING"), None);
    }

    #[test]
    fn transfers_are_neither_spending_nor_income() {
        for id in
            ["TRANSFER_IN_WIRE", "TRANSFER_OUT_NEW", "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT", "LOAN_DISBURSEMENTS_AUTO"]
        {
            assert_eq!([kind(id, 1), kind(id, -1)], [Kind::Transfer; 2], "{id}");
        }
        assert_eq!(
            [kind("TRAVEL_LODGING", -1), kind("TRAVEL_LODGING", 1)],
            [Kind::Expense; 2],
            "a refund is not income"
        );
        assert_eq!(kind("INCOME_WAGES", -1), Kind::Income);
        for id in ["OTHER_OTHER", "UNHEARD_OF", ""] {
            assert_eq!([kind(id, 1), kind(id, -1)], [Kind::Income, Kind::Expense], "{id}");
        }
    }

    #[test]
    fn words_find_by_id_name_and_group() {
        assert!(matches(Some("FOOD_AND_DRINK_GROCERIES"), "food"));
        assert!(matches(Some("FOOD_AND_DRINK_GROCERIES"), "Food and Drink"));
        assert!(matches(Some("GENERAL_MERCHANDISE_ELECTRONICS"), "shopping"));
        assert!(matches(Some("food_and_drink"), "FOOD-AND"));
        assert!(
            matches(None, "uncategorised") && !matches(None, "other") && !matches(Some("OTHER_OTHER"), "uncategorised")
        );
    }

    #[test]
    fn a_word_means_the_exact_category_before_any_other() {
        let ids = |word| candidates(word).iter().map(|category| category.id).collect::<Vec<_>>();
        assert_eq!(ids("groceries"), ["FOOD_AND_DRINK_GROCERIES"]);
        assert_eq!(ids("rent"), ["RENT_AND_UTILITIES_RENT"]);
        assert_eq!(ids("TRAVEL_FLIGHTS"), ["TRAVEL_FLIGHTS"]);
        assert_eq!(ids("ride"), ["TRANSPORTATION_TAXIS_AND_RIDE_SHARES"]);
        assert!(ids("other").len() > 1);
        assert!(ids("my own word").is_empty());
    }
}
