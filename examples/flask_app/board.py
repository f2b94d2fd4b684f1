"""A message board: Flask with Flask-SQLAlchemy."""

from datetime import date

from flask import Flask, abort, jsonify, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import CheckConstraint, ForeignKey, String, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column, relationship

db = SQLAlchemy()


class Member(db.Model):
    __tablename__ = "members"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    joined_on: Mapped[date]
    posts: Mapped[list["Post"]] = relationship(back_populates="author")


class Post(db.Model):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    text: Mapped[str] = mapped_column(String(500))
    score: Mapped[int] = mapped_column(CheckConstraint("score BETWEEN -5 AND 100"))
    author: Mapped[Member] = relationship(back_populates="posts")


def create_app(address="sqlite:///board.sqlite"):
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = address
    db.init_app(app)

    @app.get("/members/<int:number>")
    def member(number):
        found = db.get_or_404(Member, number)
        return jsonify(name=found.name, joined_on=found.joined_on.isoformat(), posts=len(found.posts))

    @app.post("/members")
    def join():
        db.session.add(Member(name=request.json["name"], joined_on=date(2025, 1, 1)))
        try:
            db.session.commit()
        except IntegrityError:
            db.session.rollback()
            abort(409)
        return jsonify(members=db.session.scalar(select(func.count()).select_from(Member))), 201

    @app.get("/best")
    def best():
        posts = db.session.scalars(select(Post).order_by(Post.score.desc(), Post.id).limit(3))
        return jsonify([{"id": post.id, "author": post.author.name, "score": post.score} for post in posts])

    @app.post("/posts/<int:number>/up")
    def up(number):
        post = db.get_or_404(Post, number)
        post.score += 1
        try:
            db.session.commit()
        except IntegrityError:
            db.session.rollback()
            abort(409)
        return jsonify(score=post.score)

    return app
