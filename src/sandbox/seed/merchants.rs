//! Who takes and gives money in the made-up households. Uses nothing; categories are Plaid's own values.

/// How a row was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    /// On the web.
    Online,
    /// In a shop; it has a place.
    Shop,
    /// Neither (transfers, salaries, cheques).
    Other,
}

/// What part the other side plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Party {
    /// Sells something.
    Merchant,
    /// A bank.
    Bank,
    /// Moves money between people.
    App,
    /// Sells for others.
    Marketplace,
    /// Pays wages.
    Income,
    /// Nobody.
    Nobody,
}

/// Where a shop is.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) address: &'static str,
    pub(crate) city: &'static str,
    pub(crate) region: Option<&'static str>,
    pub(crate) postal: &'static str,
    pub(crate) country: &'static str,
    pub(crate) lat: &'static str,
    pub(crate) lon: &'static str,
}

/// Somebody who takes or gives money.
#[derive(Debug)]
pub(crate) struct Merchant {
    /// Clean name, where Plaid would know one.
    pub(crate) name: Option<&'static str>,
    /// What the bank writes.
    pub(crate) text: &'static str,
    /// Primary category.
    pub(crate) primary: &'static str,
    /// Rest of the detailed category.
    pub(crate) detail: &'static str,
    /// Both in the older taxonomy, where they differ.
    pub(crate) older: Option<(&'static str, &'static str)>,
    /// How it was made.
    pub(crate) channel: Channel,
    /// What part it plays.
    pub(crate) party: Party,
    /// Web site.
    pub(crate) website: Option<&'static str>,
    /// Where it is.
    pub(crate) place: Option<&'static Place>,
}

const fn shop(
    name: &'static str,
    text: &'static str,
    primary: &'static str,
    detail: &'static str,
    place: &'static Place,
) -> Merchant {
    Merchant {
        name: Some(name),
        text,
        primary,
        detail,
        older: None,
        channel: Channel::Shop,
        party: Party::Merchant,
        website: None,
        place: Some(place),
    }
}

const fn web(
    name: &'static str,
    text: &'static str,
    primary: &'static str,
    detail: &'static str,
    website: &'static str,
) -> Merchant {
    Merchant {
        name: Some(name),
        text,
        primary,
        detail,
        older: None,
        channel: Channel::Online,
        party: Party::Merchant,
        website: Some(website),
        place: None,
    }
}

const fn bank(text: &'static str, primary: &'static str, detail: &'static str) -> Merchant {
    Merchant {
        name: None,
        text,
        primary,
        detail,
        older: None,
        channel: Channel::Other,
        party: Party::Nobody,
        website: None,
        place: None,
    }
}

const AUSTIN: &[Place] = &[
    austin("525 N Lamar Blvd", "78703", "30.270767", "-97.753233"),
    austin("1000 E 41st St", "78751", "30.300571", "-97.719452"),
    austin("600 Congress Ave", "78701", "30.268314", "-97.743066"),
    austin("2400 S 1st St", "78704", "30.244712", "-97.757201"),
];

const fn austin(address: &'static str, postal: &'static str, lat: &'static str, lon: &'static str) -> Place {
    Place { address, city: "Austin", region: Some("TX"), postal, country: "US", lat, lon }
}

const LISBON: Place = Place {
    address: "Rua Garrett 120",
    city: "Lisboa",
    region: None,
    postal: "1200-205",
    country: "PT",
    lat: "38.710643",
    lon: "-9.142009",
};
const TOKYO: Place = Place {
    address: "1-1 Marunouchi",
    city: "Tokyo",
    region: None,
    postal: "100-0005",
    country: "JP",
    lat: "35.681236",
    lon: "139.767125",
};
const KUWAIT: Place = Place {
    address: "Fahad Al-Salem St",
    city: "Kuwait City",
    region: None,
    postal: "15300",
    country: "KW",
    lat: "29.375859",
    lon: "47.977405",
};

pub(crate) const SALARY: Merchant = Merchant {
    older: Some(("INCOME", "WAGES")),
    party: Party::Income,
    name: Some("Contoso Robotics"),
    ..bank("CONTOSO ROBOTICS PAYROLL PPD ID: 4420187", "INCOME", "SALARY")
};
pub(crate) const CONTRACT: Merchant = Merchant {
    older: Some(("INCOME", "OTHER_INCOME")),
    party: Party::Income,
    ..bank("ACH CREDIT NORTHWIND STUDIO INVOICE", "INCOME", "CONTRACTOR")
};
pub(crate) const TAX_REFUND: Merchant = bank("IRS TREAS 310 TAX REF", "INCOME", "TAX_REFUND");
pub(crate) const INTEREST: Merchant = bank("INTRST PYMNT", "INCOME", "INTEREST_EARNED");
pub(crate) const RENT: Merchant = bank("LAMAR COURT APARTMENTS RENT", "RENT_AND_UTILITIES", "RENT");
pub(crate) const GYM: Merchant = web(
    "Lady Bird Fitness",
    "LADY BIRD FITNESS MEMBERSHIP",
    "PERSONAL_CARE",
    "GYMS_AND_FITNESS_CENTERS",
    "ladybird.example",
);
pub(crate) const STUDENT_LOAN: Merchant =
    Merchant { party: Party::Bank, ..bank("DEPT EDUCATION STUDENT LN", "LOAN_PAYMENTS", "STUDENT_LOAN_PAYMENT") };
pub(crate) const MORTGAGE: Merchant =
    Merchant { party: Party::Bank, ..bank("PLAID MORTGAGE PAYMENT 8888", "LOAN_PAYMENTS", "MORTGAGE_PAYMENT") };
pub(crate) const LOAN_INTEREST: Merchant = bank("INTEREST ACCRUED", "BANK_FEES", "INTEREST_CHARGE");
pub(crate) const CAR_INSURANCE: Merchant =
    web("Bluebonnet Mutual", "BLUEBONNET MUTUAL INS PREM", "GENERAL_SERVICES", "INSURANCE", "bluebonnet.example");
pub(crate) const ELECTRICITY: Merchant =
    web("Austin Energy", "CITY OF AUSTIN T/BILL PAY", "RENT_AND_UTILITIES", "GAS_AND_ELECTRICITY", "austinenergy.com");
pub(crate) const WATER: Merchant =
    web("Austin Water", "AUSTIN WATER UTILITY", "RENT_AND_UTILITIES", "WATER", "austinwater.org");
pub(crate) const INTERNET: Merchant = web(
    "Longhorn Fiber",
    "LONGHORN FIBER INTERNET",
    "RENT_AND_UTILITIES",
    "INTERNET_AND_CABLE",
    "longhornfiber.example",
);
pub(crate) const PHONE: Merchant =
    web("Mint Mobile", "MINT MOBILE", "RENT_AND_UTILITIES", "TELEPHONE", "mintmobile.com");
pub(crate) const TO_SAVING: Merchant = bank("Online Transfer to Saving ...1111", "TRANSFER_OUT", "ACCOUNT_TRANSFER");
pub(crate) const FROM_CHECKING: Merchant =
    bank("Online Transfer from Checking ...0000", "TRANSFER_IN", "ACCOUNT_TRANSFER");
pub(crate) const TO_CHECKING: Merchant =
    bank("Online Transfer to Checking ...0000", "TRANSFER_OUT", "ACCOUNT_TRANSFER");
pub(crate) const FROM_SAVING: Merchant = bank("Online Transfer from Saving ...1111", "TRANSFER_IN", "ACCOUNT_TRANSFER");
pub(crate) const TO_MONEY_MARKET: Merchant =
    bank("Online Transfer to Money Market ...4444", "TRANSFER_OUT", "ACCOUNT_TRANSFER");
pub(crate) const TO_IRA: Merchant = bank("IRA CONTRIBUTION ...5555", "TRANSFER_OUT", "INVESTMENT_AND_RETIREMENT_FUNDS");
pub(crate) const CARD_PAYMENT: Merchant =
    Merchant { party: Party::Bank, ..bank("CREDIT CARD 3333 PAYMENT *//", "LOAN_PAYMENTS", "CREDIT_CARD_PAYMENT") };
pub(crate) const CARD_PAYMENT_RECEIVED: Merchant =
    Merchant { party: Party::Bank, ..bank("AUTOMATIC PAYMENT - THANK YOU", "LOAN_PAYMENTS", "CREDIT_CARD_PAYMENT") };
pub(crate) const LOAN_PAYMENT_RECEIVED: Merchant =
    Merchant { party: Party::Bank, ..bank("PAYMENT RECEIVED", "LOAN_PAYMENTS", "STUDENT_LOAN_PAYMENT") };
pub(crate) const ATM: Merchant = bank("ATM WITHDRAWAL 600 CONGRESS AVE", "TRANSFER_OUT", "WITHDRAWAL");
pub(crate) const ATM_FEE: Merchant = bank("NON-NETWORK ATM FEE", "BANK_FEES", "ATM_FEES");
pub(crate) const OVERDRAFT: Merchant = bank("OVERDRAFT ITEM FEE", "BANK_FEES", "OVERDRAFT_FEES");
pub(crate) const CARD_INTEREST: Merchant = bank("PURCHASE INTEREST CHARGE", "BANK_FEES", "INTEREST_CHARGE");
pub(crate) const FOREIGN_FEE: Merchant = bank("FOREIGN TRANSACTION FEE", "BANK_FEES", "FOREIGN_TRANSACTION_FEES");
pub(crate) const CHILDCARE: Merchant = bank("CHECK", "GENERAL_SERVICES", "CHILDCARE");
pub(crate) const VENMO: Merchant = Merchant {
    older: Some(("TRANSFER_OUT", "ACCOUNT_TRANSFER")),
    party: Party::App,
    ..web("Venmo", "VENMO PAYMENT", "TRANSFER_OUT", "TRANSFER_OUT_FROM_APPS", "venmo.com")
};
pub(crate) const CUSTOM: Merchant = bank("", "GENERAL_MERCHANDISE", "OTHER_GENERAL_MERCHANDISE");
pub(crate) const RIDE: Merchant = web("Uber", "UBER *TRIP", "TRANSPORTATION", "TAXIS_AND_RIDE_SHARES", "uber.com");

pub(crate) const GROCERIES: &[Merchant] = &[
    shop("H-E-B", "H-E-B #388 AUSTIN TX", "FOOD_AND_DRINK", "GROCERIES", &AUSTIN[1]),
    shop("Whole Foods Market", "WHOLEFDS LMR #10145 AUSTIN TX", "FOOD_AND_DRINK", "GROCERIES", &AUSTIN[0]),
    shop("Trader Joe's", "TRADER JOE'S #456 AUSTIN TX", "FOOD_AND_DRINK", "GROCERIES", &AUSTIN[3]),
];
pub(crate) const COFFEE: &[Merchant] = &[
    shop("Starbucks", "STARBUCKS STORE 06542 AUSTIN TX", "FOOD_AND_DRINK", "COFFEE", &AUSTIN[2]),
    shop("Houndstooth Coffee", "SQ *HOUNDSTOOTH COFFEE Austin TX", "FOOD_AND_DRINK", "COFFEE", &AUSTIN[2]),
];
pub(crate) const RESTAURANTS: &[Merchant] = &[
    shop("Torchy's Tacos", "TORCHYS TACOS S 1ST AUSTIN TX", "FOOD_AND_DRINK", "RESTAURANT", &AUSTIN[3]),
    shop("Ramen Tatsu-Ya", "TST* RAMEN TATSU-YA AUSTIN TX", "FOOD_AND_DRINK", "RESTAURANT", &AUSTIN[1]),
    shop("McDonald's", "MCDONALD'S F12871 AUSTIN TX", "FOOD_AND_DRINK", "FAST_FOOD", &AUSTIN[2]),
];
pub(crate) const ERRANDS: &[Merchant] = &[
    shop("Shell", "SHELL OIL 57442 AUSTIN TX", "TRANSPORTATION", "GAS", &AUSTIN[1]),
    shop("CVS Pharmacy", "CVS/PHARMACY #07223 AUSTIN TX", "MEDICAL", "PHARMACIES_AND_SUPPLEMENTS", &AUSTIN[2]),
    shop("Capital Metro", "CAPMETRO TICKETS AUSTIN TX", "TRANSPORTATION", "PUBLIC_TRANSIT", &AUSTIN[2]),
    shop("Great Clips", "GREAT CLIPS AT LAMAR AUSTIN TX", "PERSONAL_CARE", "HAIR_AND_BEAUTY", &AUSTIN[0]),
    shop("The Home Depot", "THE HOME DEPOT #6542 AUSTIN TX", "HOME_IMPROVEMENT", "HARDWARE", &AUSTIN[3]),
    shop("Walmart", "WM SUPERCENTER #1253 AUSTIN TX", "GENERAL_MERCHANDISE", "SUPERSTORES", &AUSTIN[1]),
];
pub(crate) const SUBSCRIPTIONS: &[(i8, i64, Merchant)] = &[
    (2, 1549, web("Netflix", "NETFLIX.COM", "ENTERTAINMENT", "TV_AND_MOVIES", "netflix.com")),
    (8, 1099, web("Spotify", "SPOTIFY USA", "ENTERTAINMENT", "MUSIC_AND_AUDIO", "spotify.com")),
    (14, 299, web("Apple", "APPLE.COM/BILL ICLOUD", "GENERAL_MERCHANDISE", "ELECTRONICS", "apple.com")),
    (
        21,
        1700,
        web("The New York Times", "NYTIMES DIGITAL", "GENERAL_MERCHANDISE", "BOOKSTORES_AND_NEWSSTANDS", "nytimes.com"),
    ),
];
pub(crate) const ONLINE: &[Merchant] = &[
    web("Amazon", "AMZN Mktp US*2K4LT1", "GENERAL_MERCHANDISE", "ONLINE_MARKETPLACES", "amazon.com"),
    web("Target", "TARGET.COM *8005913869", "GENERAL_MERCHANDISE", "SUPERSTORES", "target.com"),
    web("Steam", "STEAMGAMES.COM 4259522985", "ENTERTAINMENT", "VIDEO_GAMES", "store.steampowered.com"),
    web("Chewy", "CHEWY.COM", "GENERAL_MERCHANDISE", "PET_SUPPLIES", "chewy.com"),
    web("Everlane", "EVERLANE", "GENERAL_MERCHANDISE", "CLOTHING_AND_ACCESSORIES", "everlane.com"),
    Merchant {
        party: Party::Marketplace,
        ..web("DoorDash", "DD *DOORDASH", "FOOD_AND_DRINK", "RESTAURANT", "doordash.com")
    },
];
/// Abroad: merchant, currency, decimals, lowest and highest amount in minor units.
pub(crate) const ABROAD: &[(Merchant, &str, usize, i64, i64)] = &[
    (
        shop(
            "Livraria Bertrand",
            "BERTRAND CHIADO LISBOA",
            "GENERAL_MERCHANDISE",
            "BOOKSTORES_AND_NEWSSTANDS",
            &LISBON,
        ),
        "EUR",
        2,
        1200,
        4500,
    ),
    (
        shop("Cervejaria Ramiro", "CERVEJARIA RAMIRO LISBOA", "FOOD_AND_DRINK", "RESTAURANT", &LISBON),
        "EUR",
        2,
        2200,
        6900,
    ),
    (shop("Hotel do Chiado", "HOTEL DO CHIADO LISBOA", "TRAVEL", "LODGING", &LISBON), "EUR", 2, 9800, 16500),
    (shop("Kitchen Street", "KITCHEN STREET TOKYO", "FOOD_AND_DRINK", "RESTAURANT", &TOKYO), "JPY", 0, 980, 6400),
    (shop("JR East", "JR EAST TOKYO", "TRANSPORTATION", "PUBLIC_TRANSIT", &TOKYO), "JPY", 0, 210, 1400),
    (
        shop("Souq Al-Mubarakiya", "SOUQ AL MUBARAKIYA KUWAIT", "GENERAL_MERCHANDISE", "GIFTS_AND_NOVELTIES", &KUWAIT),
        "KWD",
        3,
        1250,
        18_750,
    ),
];
