"""Plaid's own Python client drives the server through a connection's life; its models refuse what Plaid would not send.

PLAID_BASE_URL, PLAID_CLIENT_ID and PLAID_SECRET say where. Fails on the first answer that the client does not accept, or that is not the
expected one.
"""
import datetime, json, os, urllib.request

import plaid
from plaid.api import plaid_api
from plaid.model.accounts_balance_get_request import AccountsBalanceGetRequest
from plaid.model.accounts_get_request import AccountsGetRequest
from plaid.model.country_code import CountryCode
from plaid.model.institutions_get_by_id_request import InstitutionsGetByIdRequest
from plaid.model.institutions_get_by_id_request_options import InstitutionsGetByIdRequestOptions
from plaid.model.investments_holdings_get_request import InvestmentsHoldingsGetRequest
from plaid.model.item_access_token_invalidate_request import ItemAccessTokenInvalidateRequest
from plaid.model.item_get_request import ItemGetRequest
from plaid.model.item_public_token_exchange_request import ItemPublicTokenExchangeRequest
from plaid.model.item_remove_request import ItemRemoveRequest
from plaid.model.liabilities_get_request import LiabilitiesGetRequest
from plaid.model.link_token_create_hosted_link import LinkTokenCreateHostedLink
from plaid.model.link_token_create_request import LinkTokenCreateRequest
from plaid.model.link_token_create_request_user import LinkTokenCreateRequestUser
from plaid.model.link_token_get_request import LinkTokenGetRequest
from plaid.model.link_token_transactions import LinkTokenTransactions
from plaid.model.products import Products
from plaid.model.sandbox_item_reset_login_request import SandboxItemResetLoginRequest
from plaid.model.sandbox_public_token_create_request import SandboxPublicTokenCreateRequest
from plaid.model.sandbox_public_token_create_request_options import SandboxPublicTokenCreateRequestOptions
from plaid.model.transactions_refresh_request import TransactionsRefreshRequest
from plaid.model.transactions_sync_request import TransactionsSyncRequest
from plaid.model.transactions_sync_request_options import TransactionsSyncRequestOptions

BASE, CLIENT, SECRET = (os.environ[k] for k in ("PLAID_BASE_URL", "PLAID_CLIENT_ID", "PLAID_SECRET"))
keys = {"clientId": CLIENT, "secret": SECRET, "plaidVersion": "2020-09-14"}
client = plaid_api.PlaidApi(plaid.ApiClient(plaid.Configuration(host=BASE, api_key=keys)))
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def refused(code, call, request):
    try:
        call(request)
    except plaid.ApiException as error:
        found = json.loads(error.body)["error_code"]
        assert found == code, f"expected {code}, got {found}"
        return
    raise AssertionError(f"expected {code}")


def link_token(**more):
    user = LinkTokenCreateRequestUser(client_user_id="u1")
    hosted = LinkTokenCreateHostedLink()
    made = client.link_token_create(LinkTokenCreateRequest(
        client_name="bursar", language="en", country_codes=[CountryCode("US")], user=user, hosted_link=hosted, **more))
    assert made.expiration > datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=3650)
    return made


def visit(address, form=None):
    with opener.open(urllib.request.Request(address, data=form and form.encode())) as page:
        return page.geturl()


def through_link(made, *forms):
    """Walks the hosted page as a person does; the last session of the link token."""
    page = visit(made.hosted_link_url)
    for form in forms:
        visit(page, form)
    return client.link_token_get(LinkTokenGetRequest(link_token=made.link_token)).link_sessions[-1]


def sync(token, cursor=None):
    """Pages of one update until history is complete."""
    added, modified, removed = {}, {}, set()
    for _ in range(200):
        request = TransactionsSyncRequest(access_token=token, count=100, **({"cursor": cursor} if cursor else {}),
                                          options=TransactionsSyncRequestOptions(include_original_description=True))
        page = client.transactions_sync(request)
        cursor = page.next_cursor or cursor
        added.update((row.transaction_id, row) for row in page.added)
        modified.update((row.transaction_id, row) for row in page.modified)
        removed.update(row.transaction_id for row in page.removed)
        if not page.has_more and str(page.transactions_update_status) == "HISTORICAL_UPDATE_COMPLETE":
            return cursor, added, modified, removed
    raise AssertionError("history never became complete")


def linked():
    made = link_token(products=[Products("transactions")],
                      additional_consented_products=[Products("liabilities"), Products("investments")],
                      transactions=LinkTokenTransactions(days_requested=730))
    session = through_link(made, "institution=ins_109508", "username=user_good&password=pass_good",
                           "account=0000&account=1111&account=3333")
    result = session.results.item_add_results[0]
    assert result.institution.institution_id == "ins_109508" and len(result.accounts) == 3, result
    exchanged = client.item_public_token_exchange(ItemPublicTokenExchangeRequest(public_token=result.public_token))
    accounts = client.accounts_get(AccountsGetRequest(access_token=exchanged.access_token)).accounts
    assert {account.mask for account in accounts} == {"0000", "1111", "3333"}, accounts
    client.accounts_balance_get(AccountsBalanceGetRequest(access_token=exchanged.access_token))
    return exchanged.access_token


def changing():
    """A login whose transactions move, made without Link."""
    options = SandboxPublicTokenCreateRequestOptions(override_username="user_transactions_dynamic")
    made = client.sandbox_public_token_create(SandboxPublicTokenCreateRequest(
        institution_id="ins_109508", initial_products=[Products("transactions")], options=options))
    token = client.item_public_token_exchange(ItemPublicTokenExchangeRequest(public_token=made.public_token)).access_token
    cursor, added, _, _ = sync(token)
    assert added
    client.transactions_refresh(TransactionsRefreshRequest(access_token=token))
    cursor, added, modified, removed = sync(token, cursor)
    assert added and modified and removed, (len(added), len(modified), len(removed))
    assert {row.pending_transaction_id for row in added.values()} & removed, "a pending row became a posted one"
    cursor, added, modified, removed = sync(token, cursor)
    assert not (added or modified or removed)


def repaired(token):
    assert client.sandbox_item_reset_login(SandboxItemResetLoginRequest(access_token=token)).reset_login
    refused("ITEM_LOGIN_REQUIRED", client.accounts_get, AccountsGetRequest(access_token=token))
    item = client.item_get(ItemGetRequest(access_token=token)).item
    assert item.error.error_code == "ITEM_LOGIN_REQUIRED"
    session = through_link(link_token(access_token=token), "username=user_good&password=pass_good", "account=0000")
    assert session.finished_at and not session.get("exit"), session
    answer = client.item_get(ItemGetRequest(access_token=token))
    assert answer.item.error is None and answer.item.institution_id == "ins_109508"


def rotated(token):
    new = client.item_access_token_invalidate(ItemAccessTokenInvalidateRequest(access_token=token)).new_access_token
    refused("INVALID_ACCESS_TOKEN", client.item_get, ItemGetRequest(access_token=token))
    return new


def products():
    made = client.sandbox_public_token_create(SandboxPublicTokenCreateRequest(
        institution_id="ins_109508", initial_products=[Products("liabilities"), Products("investments")]))
    token = client.item_public_token_exchange(ItemPublicTokenExchangeRequest(public_token=made.public_token)).access_token
    debts = client.liabilities_get(LiabilitiesGetRequest(access_token=token)).liabilities
    assert debts.credit and debts.mortgage and debts.student
    held = client.investments_holdings_get(InvestmentsHoldingsGetRequest(access_token=token))
    assert held.holdings and {one.security_id for one in held.holdings} <= {one.security_id for one in held.securities}


def institutions():
    options = InstitutionsGetByIdRequestOptions(include_optional_metadata=True, include_status=True)
    for bank in ("ins_109508", "ins_127287"):
        request = InstitutionsGetByIdRequest(institution_id=bank, country_codes=[CountryCode("US")], options=options)
        assert client.institutions_get_by_id(request).institution.institution_id == bank


def main():
    token = linked()
    cursor, added, _, _ = sync(token)
    assert len(added) > 100 and all(row.amount is not None for row in added.values())
    institutions()
    products()
    changing()
    repaired(token)
    token = rotated(token)
    _, added, modified, removed = sync(token, cursor)
    assert not added and not modified and not removed, "the cursor outlived repair and rotation"
    client.item_remove(ItemRemoveRequest(access_token=token))
    refused("ITEM_NOT_FOUND", client.item_get, ItemGetRequest(access_token=token))


main()
