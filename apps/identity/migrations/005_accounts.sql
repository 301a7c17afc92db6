-- Up Migration

-- An address belongs to whoever verified it. Until then any number of accounts may claim it: a registration must not tell
-- that an address is taken, and must not take it from its owner.
alter table users drop constraint users_email_key;
create unique index users_verified_email on users (email) where email_verified_at is not null;
create index users_unverified_email on users (email, created_at desc) where email_verified_at is null;

-- Links sent by mail. The link holds the token, the row its SHA-256. Single use: using one deletes it.
create table account_links (
  token_hash bytea primary key,
  purpose text not null check (purpose in ('verify-email', 'reset-password', 'change-email', 'undo-email-change')),
  -- Null for an address nobody has: the row is written all the same, so that the time taken tells nothing.
  user_id uuid references users on delete cascade,
  -- The address that the link was sent to, and that it acts for.
  email text not null,
  -- SHA-256 of what must not have changed until the link is used: the address and the password of the moment.
  bound_to bytea not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index account_links_user_id on account_links (user_id, purpose);
create index account_links_expires_at on account_links (expires_at);

-- Mail on its way. The content is sealed with KEY_ENCRYPTION_KEYS, since links in it hold tokens; it is deleted with its
-- delivery. What could not be delivered within a day keeps its row without the content, for the operator to count.
create table mail_outbox (
  id uuid primary key,
  sealed text,
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  given_up_at timestamptz,
  check ((sealed is null) = (given_up_at is not null))
);
create index mail_outbox_next_attempt_at on mail_outbox (next_attempt_at) where given_up_at is null;
