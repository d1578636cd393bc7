//! The table of Plaid's personal finance categories, versions 1 and 2, with the names bursar shows.
//!
//! Source: Plaid's published taxonomies (transactions-personal-finance-category-taxonomy.csv and pfc-taxonomy-all.csv).
//! Invariant: an id, once listed, stays; the owner's books refer to it.

use super::{Category, Meaning, Primary, Versions};

/// Writes `"PRIMARY", "Name", Meaning => { "DETAIL", "Name", Versions [Meaning]; … }` out as two tables.
macro_rules! taxonomy {
    ($($primary:literal, $group:literal, $meaning:ident => {
        $($detail:literal, $name:literal, $versions:ident $($own:ident)?;)+
    })+) => {
        /// The primary groups, in the order of their ids.
        pub const PRIMARIES: &[Primary] = &[$(Primary { id: $primary, name: $group, meaning: Meaning::$meaning }),+];

        /// The categories, group by group.
        pub const CATEGORIES: &[Category] = &[$($(Category {
            id: concat!($primary, "_", $detail),
            name: $name,
            primary: Primary { id: $primary, name: $group, meaning: Meaning::$meaning },
            meaning: taxonomy!(@meaning $meaning $($own)?),
            versions: Versions::$versions,
        }),+),+];
    };
    (@meaning $group:ident $own:ident) => { Meaning::$own };
    (@meaning $group:ident) => { Meaning::$group };
}

taxonomy! {
    "BANK_FEES", "Bank fees", Expense => {
        "ATM_FEES", "ATM fees", Both;
        "CASH_ADVANCE", "Cash advance fees", V2;
        "FOREIGN_TRANSACTION_FEES", "Foreign transaction fees", Both;
        "INSUFFICIENT_FUNDS", "Insufficient funds", Both;
        "INTEREST_CHARGE", "Interest charged", Both;
        "LATE_FEES", "Late fees", V2;
        "OVERDRAFT_FEES", "Overdraft fees", Both;
        "OTHER_BANK_FEES", "Other bank fees", Both;
    }
    "ENTERTAINMENT", "Entertainment", Expense => {
        "CASINOS_AND_GAMBLING", "Gambling", Both;
        "MUSIC_AND_AUDIO", "Music and audio", Both;
        "SPORTING_EVENTS_AMUSEMENT_PARKS_AND_MUSEUMS", "Events, parks and museums", Both;
        "TV_AND_MOVIES", "TV and movies", Both;
        "VIDEO_GAMES", "Video games", Both;
        "OTHER_ENTERTAINMENT", "Other entertainment", Both;
    }
    "FOOD_AND_DRINK", "Food and drink", Expense => {
        "BEER_WINE_AND_LIQUOR", "Beer, wine and liquor", Both;
        "COFFEE", "Coffee", Both;
        "FAST_FOOD", "Fast food", Both;
        "GROCERIES", "Groceries", Both;
        "RESTAURANT", "Restaurants", Both;
        "VENDING_MACHINES", "Vending machines", Both;
        "OTHER_FOOD_AND_DRINK", "Other food and drink", Both;
    }
    "GENERAL_MERCHANDISE", "Shopping", Expense => {
        "BOOKSTORES_AND_NEWSSTANDS", "Books and papers", Both;
        "CLOTHING_AND_ACCESSORIES", "Clothing and accessories", Both;
        "CONVENIENCE_STORES", "Convenience stores", Both;
        "DEPARTMENT_STORES", "Department stores", Both;
        "DISCOUNT_STORES", "Discount stores", Both;
        "ELECTRONICS", "Electronics", Both;
        "GIFTS_AND_NOVELTIES", "Gifts and novelties", Both;
        "OFFICE_SUPPLIES", "Office supplies", Both;
        "ONLINE_MARKETPLACES", "Online marketplaces", Both;
        "PET_SUPPLIES", "Pet supplies", Both;
        "SPORTING_GOODS", "Sporting goods", Both;
        "SUPERSTORES", "Superstores", Both;
        "TOBACCO_AND_VAPE", "Tobacco and vape", Both;
        "OTHER_GENERAL_MERCHANDISE", "Other shopping", Both;
    }
    "GENERAL_SERVICES", "Services", Expense => {
        "ACCOUNTING_AND_FINANCIAL_PLANNING", "Accounting and advice", Both;
        "AUTOMOTIVE", "Car service", Both;
        "CHILDCARE", "Childcare", Both;
        "CONSULTING_AND_LEGAL", "Consulting and legal", Both;
        "EDUCATION", "Education", Both;
        "INSURANCE", "Insurance", Both;
        "POSTAGE_AND_SHIPPING", "Postage and shipping", Both;
        "STORAGE", "Storage", Both;
        "OTHER_GENERAL_SERVICES", "Other services", Both;
    }
    "GOVERNMENT_AND_NON_PROFIT", "Public and charity", Expense => {
        "DONATIONS", "Donations", Both;
        "GOVERNMENT_DEPARTMENTS_AND_AGENCIES", "Government agencies", Both;
        "TAX_PAYMENT", "Taxes", Both;
        "OTHER_GOVERNMENT_AND_NON_PROFIT", "Other public and charity", Both;
    }
    "HOME_IMPROVEMENT", "Home", Expense => {
        "FURNITURE", "Furniture", Both;
        "HARDWARE", "Hardware", Both;
        "REPAIR_AND_MAINTENANCE", "Repair and maintenance", Both;
        "SECURITY", "Security", Both;
        "OTHER_HOME_IMPROVEMENT", "Other home improvement", Both;
    }
    "INCOME", "Income", Income => {
        "CHILD_SUPPORT", "Child support", V2;
        "CONTRACTOR", "Contract work", V2;
        "DIVIDENDS", "Dividends", Both;
        "GIG_ECONOMY", "Gig work", V2;
        "INTEREST_EARNED", "Interest earned", Both;
        "LONG_TERM_DISABILITY", "Disability benefit", V2;
        "MILITARY", "Military pay", V2;
        "RENTAL", "Rental income", V2;
        "RETIREMENT_PENSION", "Pension", Both;
        "SALARY", "Salary", V2;
        "TAX_REFUND", "Tax refund", Both;
        "UNEMPLOYMENT", "Unemployment benefit", Both;
        "WAGES", "Wages", V1;
        "OTHER", "Other income", V2;
        "OTHER_INCOME", "Other income", V1;
    }
    "LOAN_DISBURSEMENTS", "Loans received", Transfer => {
        "AUTO", "Car loan received", V2;
        "CASH_ADVANCES", "Cash advance received", V2;
        "EWA", "Wage advance received", V2;
        "MORTGAGE", "Mortgage received", V2;
        "PERSONAL", "Personal loan received", V2;
        "STUDENT", "Student loan received", V2;
        "OTHER_DISBURSEMENT", "Other loan received", V2;
    }
    "LOAN_PAYMENTS", "Loan payments", Expense => {
        "BNPL", "Buy now, pay later", V2;
        "CAR_PAYMENT", "Car payment", Both;
        "CASH_ADVANCES", "Cash advance repaid", V2 Transfer;
        "CREDIT_CARD_PAYMENT", "Credit card payment", Both Transfer;
        "EWA", "Wage advance repaid", V2 Transfer;
        "MORTGAGE_PAYMENT", "Mortgage payment", Both;
        "PERSONAL_LOAN_PAYMENT", "Personal loan payment", Both;
        "STUDENT_LOAN_PAYMENT", "Student loan payment", Both;
        "OTHER_PAYMENT", "Other loan payment", Both;
    }
    "MEDICAL", "Health", Expense => {
        "DENTAL_CARE", "Dental care", Both;
        "EYE_CARE", "Eye care", Both;
        "NURSING_CARE", "Nursing care", Both;
        "PHARMACIES_AND_SUPPLEMENTS", "Pharmacy", Both;
        "PRIMARY_CARE", "Doctors", Both;
        "VETERINARY_SERVICES", "Veterinary services", Both;
        "OTHER_MEDICAL", "Other health", Both;
    }
    "OTHER", "Other", BySign => {
        "OTHER", "Other", V2;
    }
    "PERSONAL_CARE", "Personal care", Expense => {
        "GYMS_AND_FITNESS_CENTERS", "Gyms and fitness", Both;
        "HAIR_AND_BEAUTY", "Hair and beauty", Both;
        "LAUNDRY_AND_DRY_CLEANING", "Laundry and dry cleaning", Both;
        "OTHER_PERSONAL_CARE", "Other personal care", Both;
    }
    "RENT_AND_UTILITIES", "Rent and utilities", Expense => {
        "GAS_AND_ELECTRICITY", "Gas and electricity", Both;
        "INTERNET_AND_CABLE", "Internet and cable", Both;
        "RENT", "Rent", Both;
        "SEWAGE_AND_WASTE_MANAGEMENT", "Sewage and waste management", Both;
        "TELEPHONE", "Phone", Both;
        "WATER", "Water", Both;
        "OTHER_UTILITIES", "Other utilities", Both;
    }
    "TRANSFER_IN", "Transfers in", Transfer => {
        "ACCOUNT_TRANSFER", "From own account", Both;
        "CASH_ADVANCES_AND_LOANS", "Loan or cash advance", V1;
        "DEPOSIT", "Deposit", Both;
        "INVESTMENT_AND_RETIREMENT_FUNDS", "From investments", Both;
        "SAVINGS", "From savings", Both;
        "TRANSFER_IN_FROM_APPS", "From payment apps", V2;
        "WIRE", "Wire in", V2;
        "OTHER_TRANSFER_IN", "Other transfer in", Both;
    }
    "TRANSFER_OUT", "Transfers out", Transfer => {
        "ACCOUNT_TRANSFER", "To own account", Both;
        "CRYPTO", "To crypto", V2;
        "INVESTMENT_AND_RETIREMENT_FUNDS", "To investments", Both;
        "SAVINGS", "To savings", Both;
        "TRANSFER_OUT_FROM_APPS", "To payment apps", V2;
        "WIRE", "Wire out", V2;
        "WITHDRAWAL", "Cash withdrawal", Both;
        "OTHER_TRANSFER_OUT", "Other transfer out", Both;
    }
    "TRANSPORTATION", "Transport", Expense => {
        "BIKES_AND_SCOOTERS", "Bikes and scooters", Both;
        "GAS", "Fuel", Both;
        "PARKING", "Parking", Both;
        "PUBLIC_TRANSIT", "Public transit", Both;
        "TAXIS_AND_RIDE_SHARES", "Taxis and ride shares", Both;
        "TOLLS", "Tolls", Both;
        "OTHER_TRANSPORTATION", "Other transportation", Both;
    }
    "TRAVEL", "Travel", Expense => {
        "FLIGHTS", "Flights", Both;
        "LODGING", "Lodging", Both;
        "RENTAL_CARS", "Rental cars", Both;
        "OTHER_TRAVEL", "Other travel", Both;
    }
}
