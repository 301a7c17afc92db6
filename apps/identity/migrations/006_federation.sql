-- Up Migration

-- A user's account at another provider. The issuer is part of the key: another server has other people under the same
-- numbers. The address is what the provider said at the last sign-in, for the user to tell accounts apart; nothing is
-- ever found by it.
create table identities (
  id uuid primary key default gen_random_uuid(),
  issuer text not null,
  subject text not null,
  upstream text not null check (upstream in ('google', 'github')),
  user_id uuid not null references users on delete cascade,
  email text,
  linked_at timestamptz not null default now(),
  last_used_at timestamptz,
  unique (issuer, subject)
);
create index identities_user_id on identities (user_id);

-- What a user allowed a client of somebody else, over all sign-ins. Taking it back removes the row and the grants.
create table consents (
  user_id uuid not null references users on delete cascade,
  client_id text not null,
  openid_scopes text[] not null,
  -- Claims asked for one by one (OpenID Connect Core section 5.5).
  openid_claims text[] not null,
  -- Scopes by resource (RFC 8707).
  resource_scopes jsonb not null default '{}',
  first_allowed_at timestamptz not null default now(),
  last_allowed_at timestamptz not null default now(),
  primary key (user_id, client_id)
);
