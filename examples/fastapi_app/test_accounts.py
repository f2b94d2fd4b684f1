"""The endpoints, with seeded rows and rows made for a test."""

from decimal import Decimal

import polars as pl
from accounts import Account


def test_accounts_show_what_the_seed_says(client, fixturegen_dataset):
    for account in fixturegen_dataset["accounts"].to_dicts():
        shown = client.get(f"/accounts/{account['id']}").json()
        assert (shown["owner"], shown["iban"]) == (account["owner"], account["iban"])
        assert Decimal(shown["balance"]) == account["balance"]


def test_what_was_sent_is_added_up(client, fixturegen_dataset):
    transfers = fixturegen_dataset["transfers"]
    for number in fixturegen_dataset["accounts"]["id"]:
        amounts = transfers.filter(pl.col("source_id") == number)["amount"].to_list()
        assert Decimal(client.get(f"/accounts/{number}/sent").json()) == sum(amounts, Decimal())


def test_no_account_is_not_found(client):
    assert client.get("/accounts/999").status_code == 404


def test_money_moves(client, fixturegen, fixturegen_session):
    source = fixturegen.make("accounts", balance=100).row["id"]
    target = fixturegen.make("accounts", balance=5).row["id"]
    sent = client.post("/transfers", json={"source_id": source, "target_id": target, "amount": "30.50"})
    assert sent.status_code == 201
    balances = [fixturegen_session.get(Account, number).balance for number in (source, target)]
    assert balances == [Decimal("69.50"), Decimal("35.50")]


def test_nobody_sends_what_is_not_there(client, fixturegen, fixturegen_session):
    transfer = fixturegen.make("transfers", source={"balance": 10}, target={"balance": 0}).row
    wanted = {"source_id": transfer["source_id"], "target_id": transfer["target_id"], "amount": "10.01"}
    assert client.post("/transfers", json=wanted).status_code == 409
    assert fixturegen_session.get(Account, transfer["source_id"]).balance == 10
