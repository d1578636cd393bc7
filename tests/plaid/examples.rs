//! Plaid's own examples through the client. They are not part of this repository: the test reads them from the shared folder
//! beside it, if there is one, and says so if not.

use std::path::{Path, PathBuf};

use bursar::{
    domain::{accounts::KnownCurrencies, ids::InstitutionId, sync::History},
    plaid::{BalanceRequest, RemovalReason},
};

use super::{
    block_on, client, secret,
    server::{Server, json},
    token,
};

fn folder() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    ["../shared", "../../shared"].iter().map(|up| root.join(up).join("spec/plaid/examples")).find(|path| path.is_dir())
}

#[test]
fn plaids_examples_are_understood() {
    let Some(folder) = folder() else {
        println!("skipped: there is no ../shared/spec/plaid/examples beside this checkout");
        return;
    };
    let server = Server::start(move |request, _| {
        let file = format!("{}.json", request.path().trim_matches('/').replace('/', "_"));
        json(200, &std::fs::read_to_string(folder.join(&file)).unwrap_or_else(|_| panic!("no example {file}")))
    });
    let (client, _) = client(&server.base_url);
    let (token, known) = (token(), KnownCurrencies::new());
    block_on(async {
        let delta = client.transactions_sync(&token, None, &known).await.unwrap();
        assert_eq!(delta.refused, []);
        assert_eq!((delta.added[0].amount.minor, delta.modified[0].amount.minor), (-7210, -2834));
        assert_eq!((delta.removed.len(), delta.has_more, delta.history), (1, false, History::Complete));
        assert_eq!(delta.added[0].location.as_ref().unwrap().lat.as_deref(), Some("32.959068"));
        assert_eq!(delta.accounts[0].balances.current.unwrap().minor, 11094);

        let list = client.accounts_get(&token, &known).await.unwrap();
        let minor: Vec<_> = list.accounts.iter().map(|account| account.balances.current.unwrap().minor).collect();
        assert_eq!(minor, [11_000, 2_363_198, -6_526_200]);
        assert_eq!(list.accounts[1].notes.len(), 1, "the 401k's fractions of a cent are spoken of");
        assert!(!client.balance_get(&token, &BalanceRequest::default(), &known).await.unwrap().accounts.is_empty());

        let item = client.item_get(&token).await.unwrap();
        assert!(item.health.bank_updated_at.is_some() && item.health.consent_expires_at.is_some());
        assert!(
            client.item_remove(&token, RemovalReason::Other).await.is_ok()
                && client.transactions_refresh(&token).await.is_ok()
        );
        assert!(client.public_token_exchange(&secret("public-sandbox-1")).await.is_ok());
        assert!(client.access_token_invalidate(&token).await.is_ok());

        let link = client.link_token_get(&secret("link-sandbox-1")).await.unwrap();
        let banks: Vec<_> = link.added().map(|item| item.institution_name.as_deref().unwrap()).collect();
        assert_eq!(banks, ["Bank of America", "Citizens Bank"]);
        assert!(link.completed() && link.exit().is_none());
        let bank = client.institution_get(&InstitutionId::from("ins_109512"), &["US".to_owned()]).await.unwrap();
        assert_eq!((bank.name.as_str(), bank.logins.as_deref()), ("Houndstooth Bank", Some("HEALTHY")));
        assert!(client.sandbox_reset_login(&token).await.unwrap());
        assert!(client.sandbox_fire_webhook(&token, "DEFAULT_UPDATE").await.unwrap());
    });
}
