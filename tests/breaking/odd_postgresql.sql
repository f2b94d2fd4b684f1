CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TABLE rooms (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE bookings (id int PRIMARY KEY, room_id int NOT NULL REFERENCES rooms(id), during tsrange NOT NULL, who text NOT NULL,
  EXCLUDE USING gist (room_id WITH =, during WITH &&));
CREATE TABLE shifts (id int generated always as identity primary key, worker int NOT NULL, starts date NOT NULL, ends date NOT NULL, active boolean NOT NULL DEFAULT true,
  CHECK (starts < ends), CONSTRAINT no_two EXCLUDE USING gist (worker WITH =, daterange(starts, ends) WITH &&) WHERE (active));
CREATE TABLE zoo (cage int NOT NULL, animal int NOT NULL, EXCLUDE USING gist (cage WITH =, animal WITH <>));
CREATE TABLE emails (id int PRIMARY KEY, email text NOT NULL, org int, deleted_at timestamp);
CREATE UNIQUE INDEX emails_lower ON emails (lower(email)) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX emails_org ON emails (org, email) NULLS NOT DISTINCT;
CREATE TABLE d (id int PRIMARY KEY, k int NOT NULL, UNIQUE (k) DEFERRABLE INITIALLY DEFERRED, p int REFERENCES d (id) DEFERRABLE INITIALLY DEFERRED, total numeric(14,2) generated always as (k * 2) stored);
CREATE TYPE mood AS ENUM ('sad','ok','happy');
CREATE DOMAIN posint AS int CHECK (VALUE > 0);
CREATE TABLE t (id serial PRIMARY KEY, m mood NOT NULL, q posint NOT NULL, u uuid, j jsonb, ip inet, b boolean NOT NULL, n numeric(5,2), c char(3), v varchar(10) CHECK (v ~ '^[a-z]+$'), s smallint,
 "Order" int CHECK ("Order" BETWEEN 1 AND 5 OR "Order" = 100), x int, y int, CHECK (x + y <= 10), CHECK (CASE WHEN m = 'happy' THEN q >= 5 ELSE true END), CHECK (num_nonnulls(x, y) <> 1));
CREATE TABLE clocked (id int PRIMARY KEY, born date CHECK (born < now()), seen timestamp NOT NULL CHECK (seen <= CURRENT_TIMESTAMP));
CREATE TABLE mains (id int PRIMARY KEY, login varchar(20) NOT NULL, org int, deleted_at timestamp, is_main boolean NOT NULL, UNIQUE NULLS NOT DISTINCT (org, login));
CREATE UNIQUE INDEX mains_one ON mains (org) WHERE is_main AND deleted_at IS NULL;
CREATE UNIQUE INDEX mains_low ON mains (lower(login), org) WHERE deleted_at IS NULL;
CREATE TABLE halves (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE wholes (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, x int, y int, FOREIGN KEY (x, y) REFERENCES halves MATCH FULL);
