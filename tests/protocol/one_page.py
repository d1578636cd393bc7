"""Links a bank and reads one page of its changes; a judge stands between and checks the answers.

PLAID_BASE_URL, PLAID_CLIENT_ID and PLAID_SECRET say where.
"""
import json, os, urllib.request

BASE, CLIENT, SECRET = (os.environ[k] for k in ("PLAID_BASE_URL", "PLAID_CLIENT_ID", "PLAID_SECRET"))
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def call(path, body):
    headers = {"Content-Type": "application/json", "PLAID-CLIENT-ID": CLIENT, "PLAID-SECRET": SECRET}
    with opener.open(urllib.request.Request(BASE + path, data=json.dumps(body).encode(), headers=headers)) as answer:
        return json.load(answer)


made = call("/sandbox/public_token/create", {"institution_id": "ins_109508", "initial_products": ["transactions"]})
token = call("/item/public_token/exchange", {"public_token": made["public_token"]})["access_token"]
call("/transactions/sync", {"access_token": token, "count": 5})
