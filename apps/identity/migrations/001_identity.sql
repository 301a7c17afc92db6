-- Up Migration

create table users (
  id uuid primary key default gen_random_uuid(),
  email text not null unique check (email = lower(email)),
  name text not null,
  -- Null for people who only sign in through another provider.
  password_hash text,
  email_verified_at timestamptz,
  created_at timestamptz not null default now(),
  last_sign_in_at timestamptz
);

create table user_roles (
  user_id uuid not null references users on delete cascade,
  role text not null check (role in ('admin', 'member', 'viewer')),
  primary key (user_id, role)
);

create table signing_keys (
  kid text primary key,
  alg text not null,
  status text not null check (status in ('next', 'current', 'previous')),
  -- Private JWK, sealed with KEY_ENCRYPTION_KEYS.
  sealed_jwk text not null,
  created_at timestamptz not null default now()
);
create unique index signing_keys_one_current on signing_keys (alg, status) where status <> 'previous';

-- Rows below are keyed by the SHA-256 of the id that a cookie or a client holds: a copy of the database opens nothing.

create table sessions (
  id_hash bytea primary key,
  uid text not null unique,
  account_id uuid references users on delete cascade,
  payload jsonb not null,
  expires_at timestamptz not null
);
create index sessions_expires_at on sessions (expires_at);

create table grants (
  id_hash bytea primary key,
  client_id text not null,
  account_id uuid not null references users on delete cascade,
  -- The sign-in that the grant was made in: the session's uid, and its name in the client's ID token.
  session_uid text,
  sid text,
  payload jsonb not null,
  expires_at timestamptz not null
);
create index grants_sign_in on grants (client_id, sid);
create index grants_session_uid on grants (session_uid);
create index grants_expires_at on grants (expires_at);

-- The foreign key is what keeps a rotation that races a sign-out from bringing a revoked grant back to life.
create table refresh_tokens (
  id_hash bytea primary key,
  grant_hash bytea not null references grants on delete cascade,
  payload jsonb not null,
  created_at timestamptz not null default now(),
  consumed_at timestamptz,
  expires_at timestamptz not null
);
create index refresh_tokens_grant_hash on refresh_tokens (grant_hash);
create index refresh_tokens_expires_at on refresh_tokens (expires_at);

-- Append-only, each row chained to the one before by its hash. `id` is given under the lock, so ids follow the chain.
create sequence audit_log_id;
create table audit_log (
  id bigint primary key,
  at timestamptz not null default now(),
  action text not null,
  user_id text,
  client_id text,
  address text,
  details jsonb not null default '{}',
  hash bytea not null
);

create function audit_log_hash(previous bytea, entry audit_log) returns bytea language sql immutable as $$
  select sha256(coalesce(previous, ''::bytea) || convert_to(
    jsonb_build_array(
      entry.id, extract(epoch from entry.at), entry.action, entry.user_id, entry.client_id, entry.address, entry.details
    )::text, 'UTF8'));
$$;

create function audit_log_chain() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtext('audit_log'));
  new.id := nextval('audit_log_id');
  new.hash := audit_log_hash((select hash from audit_log order by id desc limit 1), new);
  return new;
end;
$$;
create trigger audit_log_chain before insert on audit_log for each row execute function audit_log_chain();

create function audit_log_refuse() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is append-only';
end;
$$;
create trigger audit_log_append_only before update or delete or truncate on audit_log
  for each statement execute function audit_log_refuse();
