"""Drives a Plaid-compatible server through right and wrong requests; a judge stands between and checks both sides.

PLAID_BASE_URL, PLAID_CLIENT_ID and PLAID_SECRET say where. Fails on the first answer that is not the expected one.
"""
import json, os, urllib.error, urllib.request

BASE, CLIENT, SECRET = (os.environ[k] for k in ("PLAID_BASE_URL", "PLAID_CLIENT_ID", "PLAID_SECRET"))
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def call(path, body, expect=None, headers=None, raw=None):
    sent = {"Content-Type": "application/json", "PLAID-CLIENT-ID": CLIENT, "PLAID-SECRET": SECRET,
            "Plaid-Version": "2020-09-14"}
    sent.update(headers or {})
    sent = {name: value for name, value in sent.items() if value is not None}
    data = raw if raw is not None else json.dumps(body).encode()
    request = urllib.request.Request(BASE + path, data=data, headers=sent, method="POST")
    try:
        with opener.open(request) as answer:
            got, code = json.load(answer), None
    except urllib.error.HTTPError as error:
        got = json.load(error)
        code = got["error_code"]
    assert code == expect, f"{path} {body}: expected {expect}, got {code}: {got if code else ''}"
    return got


def link(bank="ins_109508", user="user_good", **transactions):
    options = {"override_username": user}
    if transactions:
        options["transactions"] = transactions
    made = call("/sandbox/public_token/create",
                {"institution_id": bank, "initial_products": ["transactions"], "options": options})
    return call("/item/public_token/exchange", {"public_token": made["public_token"]})["access_token"]


def sync(token, cursor=None, count=500, **options):
    """Reads until history is complete; all pages of the last update, and its cursor."""
    for _ in range(10):
        added, modified, removed, more = [], [], [], True
        while more:
            body = {"access_token": token, "count": count}
            if cursor:
                body["cursor"] = cursor
            if options:
                body["options"] = options
            page = call("/transactions/sync", body)
            cursor, more = page["next_cursor"], page["has_more"]
            added += page["added"]
            modified += page["modified"]
            removed += page["removed"]
            yield page
        if page["transactions_update_status"] == "HISTORICAL_UPDATE_COMPLETE":
            return


def products(token):
    debts = call("/liabilities/get", {"access_token": token})["liabilities"]
    assert len(debts["credit"]) == len(debts["mortgage"]) == len(debts["student"]) == 1, debts
    held = call("/investments/holdings/get", {"access_token": token})
    known = {security["security_id"] for security in held["securities"]}
    assert held["holdings"] and {one["security_id"] for one in held["holdings"]} == known, held
    some = [held["holdings"][0]["account_id"]]
    few = call("/investments/holdings/get", {"access_token": token, "options": {"account_ids": some}})
    assert {one["account_id"] for one in few["holdings"]} == set(some), few

    days = {"access_token": token, "start_date": "2025-03-20", "end_date": "2026-03-20"}
    trades = call("/investments/transactions/get", days)
    total = trades["total_investment_transactions"]
    assert total == len(trades["investment_transactions"]) > 20, trades
    pages = [call("/investments/transactions/get", {**days, "options": {"count": 15, "offset": at}}) for at in range(0, total, 15)]
    ids = [one["investment_transaction_id"] for page in pages for one in page["investment_transactions"]]
    assert ids == [one["investment_transaction_id"] for one in trades["investment_transactions"]], ids
    assert len(set(ids)) == total, "ids are unique"
    call("/investments/transactions/get", {**days, "start_date": "2027-01-01"}, "INVALID_FIELD")
    call("/investments/transactions/get", {**days, "options": {"count": 501}}, "INVALID_FIELD")


def last(pages):
    *_, page = pages
    return page


def wrong_envelopes(token):
    body = {"access_token": token}
    call("/item/get", body, "INVALID_HEADERS", {"Content-Type": "text/plain"})
    call("/item/get", body, "INVALID_HEADERS", {"Plaid-Version": "1999-01-01"})
    call("/item/get", body, "INVALID_API_KEYS", {"PLAID-SECRET": "wrong-secret"})
    call("/item/get", body, "MISSING_FIELDS", {"PLAID-SECRET": None})
    call("/item/get", None, "INVALID_BODY", raw=b"{")
    call("/item/get", None, "INVALID_BODY", raw=b"[]")
    call("/item/get", {}, "MISSING_FIELDS")
    call("/item/get", {**body, "extra": 1}, "UNKNOWN_FIELDS")
    call("/item/get", {"access_token": 5}, "INVALID_FIELD")
    call("/item/get", {"access_token": "nonsense"}, "INVALID_ACCESS_TOKEN")
    call("/item/get", {"access_token": "access-production-x"}, "INVALID_ACCESS_TOKEN")
    call("/item/get", {"access_token": "access-sandbox-x"}, "INVALID_ACCESS_TOKEN")
    call("/item/get", {**body, "client_id": CLIENT, "secret": SECRET}, None,
         {"PLAID-CLIENT-ID": None, "PLAID-SECRET": None})


def link_tokens(token):
    base = {"client_name": "bursar", "language": "en", "country_codes": ["US"], "user": {"client_user_id": "u1"}}
    new = {**base, "products": ["transactions"], "additional_consented_products": ["liabilities", "investments"],
           "transactions": {"days_requested": 730}}
    made = call("/link/token/create", new)
    assert "hosted_link_url" not in made
    call("/link/token/get", {"link_token": made["link_token"]})
    hosted = call("/link/token/create", {**new, "hosted_link": {"completion_redirect_uri": "http://127.0.0.1:1/x"},
                                         "account_filters": {"depository": {"account_subtypes": ["checking"]}}})
    assert hosted["hosted_link_url"].startswith("http://127.0.0.1")
    call("/link/token/get", {"link_token": hosted["link_token"]})
    call("/link/token/get", {"link_token": "link-sandbox-none"}, "INVALID_LINK_TOKEN")
    call("/link/token/create", {**base, "access_token": token, "update": {"account_selection_enabled": True}})
    call("/link/token/create", base, "MISSING_FIELDS")
    call("/link/token/create", {**new, "access_token": token}, "INVALID_FIELD")
    call("/link/token/create", {**new, "country_codes": []}, "INVALID_FIELD")
    call("/link/token/create", {**new, "country_codes": ["XX"]}, "INVALID_FIELD")
    call("/link/token/create", {**new, "products": ["nonsense"]}, "INVALID_FIELD")
    call("/link/token/create", {**new, "products": ["liabilities"]}, "INVALID_FIELD")
    call("/link/token/create", {**new, "products": ["balance"]}, "INVALID_PRODUCT")
    call("/link/token/create", {**new, "client_name": ""}, "INVALID_FIELD")
    call("/link/token/create", {**new, "transactions": {"days_requested": 731}}, "INVALID_FIELD")
    call("/link/token/create", {**new, "account_filters": {"loan": {"account_subtypes": ["yacht"]}}}, "INVALID_FIELD")
    call("/link/token/create", {**new, "webhook": None}, "INVALID_FIELD")
    call("/link/token/create", {**new, "user": {"client_user_id": "a@b.c"}}, "INVALID_FIELD")


def visit(address, form=None):
    with opener.open(urllib.request.Request(address, data=form and form.encode())) as page:
        return page.geturl()


def sessions():
    """One run through the hosted page that is left, one with an error, one that links."""
    made = call("/link/token/create", {"client_name": "bursar", "language": "en", "country_codes": ["US"],
                                       "user": {"client_user_id": "u1"}, "products": ["transactions"], "hosted_link": {}})
    for forms in (["action=cancel"],
                  ["institution=ins_109508", "username=user_good&password=error_ITEM_LOCKED", "action=cancel"],
                  ["institution=ins_109508", "username=user_good&password=pass_good", "account=0000"]):
        page = visit(made["hosted_link_url"])
        for form in forms:
            call("/link/token/get", {"link_token": made["link_token"]})
            visit(page, form)
    told = call("/link/token/get", {"link_token": made["link_token"]})["link_sessions"]
    assert [bool(session.get("exit")) for session in told] == [True, True, False], told
    assert told[1]["exit"]["error"]["error_code"] == "ITEM_LOCKED"
    token = call("/item/public_token/exchange",
                 {"public_token": told[2]["results"]["item_add_results"][0]["public_token"]})["access_token"]
    assert len(call("/accounts/get", {"access_token": token})["accounts"]) == 1


def reads(token):
    accounts = call("/accounts/get", {"access_token": token})["accounts"]
    shown = {a["name"]: (a["balances"]["available"], a["balances"]["current"], a["mask"]) for a in accounts}
    assert shown["Plaid Checking"] == (100, 110, "0000") and shown["Plaid 401k"][1] == 23631.9805, shown
    some = [accounts[0]["account_id"]]
    assert len(call("/accounts/get", {"access_token": token, "options": {"account_ids": some}})["accounts"]) == 1
    call("/accounts/get", {"access_token": token, "options": {"account_ids": ["x"]}}, "INVALID_FIELD")
    call("/accounts/get", {"access_token": token, "options": {"account_ids": ["A" * 37]}}, "INVALID_ACCOUNT_ID")
    call("/accounts/balance/get", {"access_token": token})
    call("/accounts/balance/get", {"access_token": token, "options": {"min_last_updated_datetime": "soon"}}, "INVALID_FIELD")
    call("/item/get", {"access_token": token})
    for bank in ("ins_109508", "ins_127287", "ins_132361", "ins_133402"):
        call("/institutions/get_by_id", {"institution_id": bank, "country_codes": ["US"],
                                         "options": {"include_optional_metadata": True, "include_status": True}})
    call("/institutions/get_by_id", {"institution_id": "ins_109508", "country_codes": ["US"]})
    call("/institutions/get_by_id", {"institution_id": "ins_0", "country_codes": ["US"]}, "INVALID_INSTITUTION")
    call("/institutions/get_by_id", {"institution_id": "ins_109508"}, "MISSING_FIELDS")


def syncs(token):
    pages = list(sync(token, count=100, include_original_description=True, personal_finance_category_version="v2"))
    rows = {row["transaction_id"]: row for page in pages for row in page["added"]}
    assert len(rows) == sum(len(page["added"]) for page in pages) > 100
    assert {"USD"} <= {row["iso_currency_code"] for row in rows.values()}
    final = pages[-1]["next_cursor"]
    for _ in range(2):
        again = last(sync(token, final))
        assert not again["added"] and again["next_cursor"]
    v1 = last(sync(token, personal_finance_category_version="v1"))
    assert all(row["personal_finance_category"]["version"] == "v1" for row in v1["added"])
    only = pages[-1]["accounts"][0]["account_id"]
    assert all(row["account_id"] == only for page in sync(token, account_id=only) for row in page["added"])
    for count in (0, 501):
        call("/transactions/sync", {"access_token": token, "count": count}, "INVALID_FIELD")
    call("/transactions/sync", {"access_token": token, "cursor": "nonsense"}, "INVALID_FIELD")
    call("/transactions/sync", {"access_token": token, "cursor": None}, "INVALID_FIELD")
    call("/transactions/sync", {"access_token": token, "options": {"days_requested": 0}}, "INVALID_FIELD")
    return final


def changes():
    token = link(user="user_transactions_dynamic", days_requested=180)
    cursor = last(sync(token))["next_cursor"]
    call("/transactions/refresh", {"access_token": token})
    page = last(sync(token, cursor))
    assert page["added"] and page["removed"] and page["modified"], page
    replaced = {row["pending_transaction_id"] for row in page["added"]} - {None}
    assert {row["transaction_id"] for row in page["removed"]} <= replaced
    assert last(sync(token, cursor))["added"] == page["added"]
    row = {"date_transacted": page["added"][0]["date"], "date_posted": page["added"][0]["date"], "amount": 12.34,
           "description": "Made up"}
    call("/sandbox/transactions/create", {"access_token": token, "transactions": [row]})
    made = last(sync(token, page["next_cursor"]))["added"]
    assert [(r["name"], r["amount"]) for r in made] == [("Made up", 12.34)], made
    call("/sandbox/transactions/create", {"access_token": token, "transactions": [row] * 11}, "INVALID_FIELD")
    call("/sandbox/transactions/create", {"access_token": token, "transactions": [{**row, "date_posted": "soon"}]},
         "INVALID_FIELD")
    call("/transactions/sync", {"access_token": token, "cursor": page["next_cursor"],
                                "options": {"account_id": page["accounts"][0]["account_id"]}}, "INVALID_FIELD")
    first = call("/transactions/sync", {"access_token": token, "count": 1})
    call("/sandbox/transactions/create", {"access_token": token, "transactions": [row]})
    call("/transactions/sync", {"access_token": token, "cursor": first["next_cursor"], "count": 1},
         "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION")
    last(sync(token))


def life(token, foreign_cursor):
    other = link("ins_109509")
    call("/transactions/sync", {"access_token": other, "cursor": foreign_cursor}, "INVALID_FIELD")
    call("/sandbox/item/fire_webhook", {"access_token": other, "webhook_code": "DEFAULT_UPDATE"}, "SANDBOX_WEBHOOK_INVALID")
    call("/item/webhook/update", {"access_token": other, "webhook": "https://example.com/hook"})
    call("/sandbox/item/fire_webhook", {"access_token": other, "webhook_code": "DEFAULT_UPDATE", "webhook_type": "TRANSACTIONS"})
    call("/sandbox/item/fire_webhook", {"access_token": other, "webhook_code": "NONSENSE"}, "INVALID_FIELD")
    call("/item/get", {"access_token": other})
    call("/item/webhook/update", {"access_token": other, "webhook": None})
    call("/sandbox/item/reset_login", {"access_token": other})
    for path in ("/transactions/sync", "/accounts/get", "/accounts/balance/get", "/transactions/refresh"):
        call(path, {"access_token": other}, "ITEM_LOGIN_REQUIRED")
    assert call("/item/get", {"access_token": other})["item"]["error"]["error_code"] == "ITEM_LOGIN_REQUIRED"
    new = call("/item/access_token/invalidate", {"access_token": other})["new_access_token"]
    call("/item/get", {"access_token": other}, "INVALID_ACCESS_TOKEN")
    call("/item/remove", {"access_token": new, "reason_code": "NONSENSE"}, "INVALID_FIELD")
    call("/item/remove", {"access_token": new, "reason_code": "OTHER", "reason_note": "done"})
    call("/item/get", {"access_token": new}, "ITEM_NOT_FOUND")
    call("/item/remove", {"access_token": new}, "ITEM_NOT_FOUND")
    twice = call("/sandbox/public_token/create", {"institution_id": "ins_3", "initial_products": ["transactions"]})
    call("/item/public_token/exchange", {"public_token": twice["public_token"]})
    call("/item/public_token/exchange", {"public_token": twice["public_token"]}, "INVALID_PUBLIC_TOKEN")
    call("/sandbox/public_token/create", {"institution_id": "ins_3", "initial_products": []}, "INVALID_FIELD")
    call("/sandbox/public_token/create", {"institution_id": "ins_0", "initial_products": ["auth"]}, "INVALID_INSTITUTION")


def main():
    token = link(days_requested=730)
    wrong_envelopes(token)
    link_tokens(token)
    sessions()
    reads(token)
    cursor = syncs(token)
    changes()
    products(token)
    life(token, cursor)
    assert sum(len(page["added"]) for page in sync(link())) < sum(len(page["added"]) for page in sync(token))


main()
