"""The endpoints, with seeded rows and rows made for a test."""

import polars as pl


def test_members_show_what_the_seed_says(client, fixturegen_dataset):
    posts = fixturegen_dataset["posts"]
    for member in fixturegen_dataset["members"].to_dicts():
        shown = client.get(f"/members/{member['id']}").json
        assert shown["name"] == member["name"]
        assert shown["joined_on"] == member["joined_on"].isoformat()
        assert shown["posts"] == posts.filter(pl.col("author_id") == member["id"]).height


def test_nobody_is_not_found(client):
    assert client.get("/members/999").status_code == 404


def test_joining_counts(client):
    assert client.post("/members", json={"name": "newcomer"}).json == {"members": 6}


def test_a_name_is_taken_once(client, fixturegen):
    fixturegen.make("members", name="Ada")
    assert client.post("/members", json={"name": "Ada"}).status_code == 409
    assert client.post("/members", json={"name": "Bob"}).json == {"members": 7}


def test_the_best_posts_come_first(client, fixturegen_dataset):
    scores = fixturegen_dataset["posts"]["score"].sort(descending=True).head(3).to_list()
    assert [post["score"] for post in client.get("/best").json] == scores


def test_a_post_rises(client, fixturegen):
    post = fixturegen.make("posts", score=41, author={"name": "Ada"}).row
    assert client.post(f"/posts/{post['id']}/up").json == {"score": 42}


def test_a_post_rises_no_higher(client, fixturegen):
    post = fixturegen.make("posts", score=100, author={"name": "Ada"}).row
    assert client.post(f"/posts/{post['id']}/up").status_code == 409
    shown = {each["id"]: each for each in client.get("/best").json}
    assert shown[post["id"]] == {"id": post["id"], "author": "Ada", "score": 100}
